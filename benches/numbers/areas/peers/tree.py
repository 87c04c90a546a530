"""The same question put to shapely: an STRtree over the points, a prepared polygon.

Reads the points (pairs of doubles) from the file named first, then one ring a line as JSON; answers each with
hits and seconds.
"""
import json
import sys
import time

import numpy
import shapely

points = shapely.points(numpy.fromfile(sys.argv[1], dtype="<f8").reshape(-1, 2))
began = time.perf_counter()
tree = shapely.STRtree(points)
tree.query(shapely.box(0, 0, 1, 1))
print(json.dumps({"hits": len(tree), "seconds": time.perf_counter() - began}), flush=True)
for line in sys.stdin:
    polygon = shapely.Polygon(json.loads(line))
    began = time.perf_counter()
    shapely.prepare(polygon)
    hits = tree.query(polygon, predicate="intersects")
    print(json.dumps({"hits": len(hits), "seconds": time.perf_counter() - began}), flush=True)
