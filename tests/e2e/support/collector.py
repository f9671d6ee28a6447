"""An OTLP/HTTP collector: receives logs, metrics and traces in protobuf or JSON, and keeps all of them."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {"logs": ExportLogsServiceRequest, "metrics": ExportMetricsServiceRequest, "traces": ExportTraceServiceRequest}


class Collector:
    """`received("traces")` waits until something of that signal arrived and returns the parsed messages."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._messages: dict[str, list] = {kind: [] for kind in KINDS}
        self.raw: list[bytes] = []
        self.problems: list[str] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                collector._take(self)

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Collector":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        kind = handler.path.rsplit("/", 1)[-1]
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        if handler.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        status = 200 if kind in KINDS else 404
        try:
            if status == 200:
                message = self._parse(kind, handler.headers.get("content-type") or "", body)
                with self._lock:
                    self.raw.append(body)
                    self._messages[kind].append(message)
                    self._lock.notify_all()
        except Exception as problem:  # A collector answers 400 to what it cannot read; the test reads `problems`.
            self.problems.append(f"{kind}: {problem}")
            status = 400
        handler.send_response(status)
        handler.send_header("content-type", handler.headers.get("content-type") or "application/x-protobuf")
        handler.send_header("content-length", "0")
        handler.end_headers()

    @staticmethod
    def _parse(kind: str, content_type: str, body: bytes):
        message = KINDS[kind]()
        if "json" in content_type:
            return json_format.Parse(body, message, ignore_unknown_fields=True)
        message.ParseFromString(body)
        return message

    def received(self, kind: str, matching=lambda message: True, timeout: float = 20.0) -> list:
        with self._lock:
            found = lambda: [message for message in self._messages[kind] if matching(message)]
            if not self._lock.wait_for(lambda: bool(found()), timeout):
                raise TimeoutError(f"no {kind} arrived; problems: {self.problems}")
            return found()

    def spans(self) -> list:
        return [
            span
            for message in self.received("traces")
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def everything(self) -> bytes:
        with self._lock:
            return b"\n".join(self.raw)
