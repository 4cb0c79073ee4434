"""The pictures of docs/method.md, each computed by the code that it explains."""
