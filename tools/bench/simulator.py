"""WeChat's servers, for one measurement."""

import json
import subprocess
import urllib.request

from measuring import RELEASE, end_with_parent, free_port, stop_process


class Simulator:
    def __init__(self, latency_ms=0):
        self.port = free_port()
        self.process = subprocess.Popen(
            [RELEASE / "tools/wechat_simulator/wechat-simulator", f"--port={self.port}"],
            stdout=subprocess.PIPE, preexec_fn=end_with_parent())
        self.process.stdout.readline()  # It listens.
        self.tell("latency", {"ms": latency_ms})

    def tell(self, what, order):
        urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{self.port}/simulator/{what}", json.dumps(order).encode()), timeout=5)

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        stop_process(self.process)
