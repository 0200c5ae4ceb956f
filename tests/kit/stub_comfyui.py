"""A stand-in for ComfyUI's main.py: its HTTP and its event stream, and nodes that misbehave.

Class names say what a node does: Work counts to 8 and saves a file, Slow does so after a while,
Fail raises, Wait waits to be interrupted and then takes a while to tidy up, Crash takes the process
along, Lie promises more bytes than it sends, Hush ends without a word, Tiles saves files that
belong together, Pick wants a file and a model.
"""

import argparse
import asyncio
import json
import os
import pathlib
import sys
import uuid

from aiohttp import web

KNOWN = {
    "Work",
    "Slow",
    "Fail",
    "Wait",
    "Crash",
    "Lie",
    "Hush",
    "Tiles",
    "Pick",
    "LoadImage",
    "PromptLadder",
}
TIDYING_SECONDS = 0.7


class Stub:
    def __init__(self):
        self.sockets = {}
        self.running = {}
        self.history = {}
        self.uploads = {}
        self.interrupted = asyncio.Event()

    async def ws(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets[request.query["clientId"]] = socket
        await socket.send_json({"type": "status", "data": {}})
        await socket.send_bytes(b"\0\0\0\1" + b"preview" * 30000)
        async for _ in socket:
            pass
        return socket

    async def prompt(self, request):
        body = await request.json()
        prompt = body["prompt"]
        for node, value in prompt.items():
            kind = value["class_type"]
            if kind not in KNOWN:
                extra = {"node_id": node, "class_type": kind}
                error = {"type": "missing_node_type", "message": "x", "extra_info": extra}
                return web.json_response({"error": error, "node_errors": {}}, status=400)
            if value["inputs"].get("ckpt_name") == "smal.safetensors":
                extra = {"input_name": "ckpt_name", "received_value": "smal.safetensors"}
                one = {"type": "value_not_in_list", "message": "Value not in list", "details": "x"}
                report = {node: {"errors": [{**one, "extra_info": extra}]}}
                return web.json_response({"error": "no", "node_errors": report}, status=400)
            if value["inputs"].get("steps", 1) < 1:
                extra = {"input_name": "steps", "received_value": 0}
                one = {"type": "value_smaller_than_min", "message": "Value 0 smaller than min of 1"}
                report = {node: {"errors": [{**one, "details": "steps", "extra_info": extra}]}}
                error = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs"}
                return web.json_response({"error": error, "node_errors": report}, status=400)
        run = str(uuid.uuid4())
        self.running[run] = prompt
        self.task = asyncio.create_task(self.execute(run, prompt, body["client_id"]))
        return web.json_response({"prompt_id": run, "number": 1, "node_errors": {}})

    async def execute(self, run, prompt, client):
        async def tell(kind, **data):
            if client in self.sockets:
                await self.sockets[client].send_json(
                    {"type": kind, "data": {"prompt_id": run, **data}}
                )

        outputs, messages = {}, []
        for node, value in prompt.items():
            kind = value["class_type"]
            for step in range(5 if kind == "Hush" else 9):
                state = {"value": step, "max": 8, "state": "finished" if step == 8 else "running"}
                await tell("progress_state", nodes={node: state})
            if kind == "Fail":
                words = {"exception_type": "builtins.ValueError", "exception_message": "5 levels"}
                messages.append(["execution_error", {"node_id": node, **words}])
                break
            if kind == "Crash":
                sys.stderr.write("the end of the world\n")
                os._exit(7)
            if kind == "Wait":
                half = pathlib.Path(value["inputs"].get("half", os.devnull))
                half.write_bytes(b"half")
                await self.interrupted.wait()
                self.interrupted.clear()
                sys.stderr.write("interrupted by request\n")
                await asyncio.sleep(TIDYING_SECONDS)
                half.unlink() if half.is_file() else None
                messages.append(["execution_interrupted", {"node_id": node}])
                break
            if kind == "Slow":
                await asyncio.sleep(value["inputs"]["seconds"])
            if kind in ("Work", "Slow", "Lie"):
                file = {"filename": f"{kind}.bin", "subfolder": "", "type": "output"}
                temp = {"filename": "preview.png", "subfolder": "", "type": "temp"}
                text = json.dumps({"inputs": value["inputs"], "uploads": self.uploads})
                outputs[node] = {"images": [file, temp], "text": [text]}
            if kind == "Tiles":
                top = {"filename": "zoom.dzi", "subfolder": "deep", "type": "output"}
                files = ["zoom.dzi", "zoom_files/0/0_0.jpg", "zoom_files/1/0_0.jpg"]
                whole = json.dumps({**top, "filename": "zoom", "files": files})
                outputs[node] = {"zoom_exports": [top], "zoomstack_files": [whole]}
        del self.running[run]
        status = {"status_str": "error" if messages else "success", "messages": messages}
        self.history[run] = {"outputs": outputs, "status": status}
        await tell("executing", node=None)

    async def queue(self, request):
        if request.method == "POST":
            return web.Response()
        running = [[0, run, prompt] for run, prompt in self.running.items()]
        return web.json_response({"queue_running": running, "queue_pending": []})

    async def one_history(self, request):
        run = request.match_info["run"]
        return web.json_response({run: self.history[run]} if run in self.history else {})

    async def interrupt(self, request):
        self.interrupted.set()
        return web.Response()

    async def view(self, request):
        if request.query["filename"] != "Lie.bin":
            return web.Response(body=b"pixels")
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b"only this")
        request.transport.close()
        return answer

    async def upload(self, request):
        image = (await request.post())["image"]
        self.uploads[image.filename] = len(image.file.read())
        return web.json_response({"name": image.filename, "subfolder": "", "type": "input"})

    async def object_info(self, request):
        node = request.match_info["node"]
        optional = {"steps": ["INT"], "prompts": ["STRING"], "half": ["STRING"]}
        schema = {"input": {"optional": optional}, "output_node": True}
        if node == "LoadImage":
            schema = {"input": {"required": {"image": [["a.png"], {"image_upload": True}]}}}
        if node == "Pick":
            files = ["large.safetensors", "small.safetensors"]
            schema["input"]["required"] = {"ckpt_name": [files, {}], "model": ["MODEL"]}
        return web.json_response({node: schema} if node in KNOWN else {})

    async def stats(self, request):
        return web.json_response({"system": {"comfyui_version": "stub"}})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen")
    parser.add_argument("--port", type=int)
    options, rest = parser.parse_known_args()
    said = f"process {os.getpid()} arguments {rest} PYTHONPATH {os.environ.get('PYTHONPATH')}"
    sys.stderr.write(f"{said}\n")
    if os.environ.get("STUB_DIES"):
        sys.exit("no module named torch")
    if os.environ.get("STUB_SLEEPS"):
        import time

        time.sleep(60)

    async def application():
        stub = Stub()
        app = web.Application()
        app.router.add_get("/ws", stub.ws)
        app.router.add_post("/prompt", stub.prompt)
        app.router.add_route("*", "/queue", stub.queue)
        app.router.add_get("/history/{run}", stub.one_history)
        app.router.add_post("/interrupt", stub.interrupt)
        app.router.add_get("/view", stub.view)
        app.router.add_post("/upload/image", stub.upload)
        app.router.add_get("/object_info/{node}", stub.object_info)
        app.router.add_get("/system_stats", stub.stats)
        return app

    web.run_app(application(), host=options.listen, port=options.port, print=None)


if __name__ == "__main__":
    main()
