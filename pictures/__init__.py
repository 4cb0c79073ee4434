"""The pictures of docs/method.md and docs/planning.md, each computed by the code that it explains."""
