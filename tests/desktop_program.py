"""What QGIS is asked to do in its own Python: steps as JSON come in, an answer to each goes out."""

import json
import sys
import time
from typing import Any

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsNetworkAccessManager,
    QgsProject,
    QgsVectorLayer,
)


def opened(step: dict[str, Any]) -> Any:
    layer = QgsVectorLayer(step["source"], "layer", step.get("provider", "ogr"))
    assert layer.isValid(), (step["source"], layer.error().message())
    return layer


def styled(step: dict[str, Any]) -> Any:
    """Return label, number of features and layers of the symbol of each rule of a style."""
    layer, style = opened(step), step["style"]
    if style == "of the package":
        told, fine = layer.loadDefaultStyle()
    elif style.endswith(".qml"):
        told, fine = layer.loadNamedStyle(style)
    else:
        told, fine = layer.loadSldStyle(style)
    assert fine, told
    rules = []
    for rule in layer.renderer().rootRule().children():
        symbol = rule.symbol()
        rules.append(
            {
                "label": rule.label(),
                "n": len(features(layer, {"filter": rule.filterExpression()})),
                "drawn": [one.layerType() for one in symbol.symbolLayers()] if symbol else [],
            }
        )
    return {"rules": rules, "labels": layer.labelsEnabled()}


def features(layer: Any, step: dict[str, Any]) -> list[Any]:
    request = QgsFeatureRequest()
    if step.get("filter"):
        request.setFilterExpression(step["filter"])
    if step.get("to"):
        context = QgsProject.instance().transformContext()
        request.setDestinationCrs(QgsCoordinateReferenceSystem(step["to"]), context)
    return list(layer.getFeatures(request))


def read(step: dict[str, Any]) -> Any:
    """Return ids, CRS and extent of the features of a layer, and how long it took."""
    began = time.monotonic()
    layer = opened(step)
    if step.get("subset"):
        assert layer.setSubsetString(step["subset"]), step["subset"]
    found = features(layer, step)
    took = time.monotonic() - began
    boxes = [one.geometry().boundingBox() for one in found if one.hasGeometry()]
    return {
        "n": len(found),
        "count": layer.featureCount(),
        "values": [str(one[step["column"]]) for one in found] if step.get("column") else [],
        "fields": {one.name(): one.typeName() for one in layer.fields()},
        "crs": layer.crs().authid(),
        "box": [
            min(box.xMinimum() for box in boxes),
            min(box.yMinimum() for box in boxes),
            max(box.xMaximum() for box in boxes),
            max(box.yMaximum() for box in boxes),
        ]
        if boxes
        else [],
        "took_s": took,
    }


if __name__ == "__main__":
    program = QgsApplication([], GUIenabled=False)
    program.initQgis()
    QgsNetworkAccessManager.instance().setTimeout(60_000)
    does = {"styled": styled, "read": read}
    answers = [does[step.pop("do")](step) for step in json.load(sys.stdin)]
    sys.stdout.write(f"\n{json.dumps(answers)}\n")
    sys.stdout.flush()
    program.exitQgis()
