"""The nodes, and the one place that lists them. All Python that knows ComfyUI is in here."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io

from .align import AlignZoom
from .anchor import PhotoAnchor
from .blend import LaplacianBlend
from .edit import BlendedEdit
from .explorer import ZoomStackExplorer
from .export import ExportZoomStack
from .extend import BranchZoom, ExtendZoom
from .files import LoadZoomStack, SaveZoomStack
from .join import CutZoom, JoinZooms
from .levels import LevelConditioning
from .multiscale import MultiScalePatch
from .outpaint import OutpaintZoom
from .prompts import PromptLadder
from .report import ZoomStackReport
from .reprompt import RepromptLadder
from .request import LadderRequest
from .rework import ReworkZoom
from .sampling import ZoomStackApply, ZoomStackSampler
from .superres import SuperResZoom
from .video import ZoomVideoRender


class ZoomStackExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [
            PromptLadder,
            LevelConditioning,
            ZoomStackSampler,
            ZoomStackApply,
            PhotoAnchor,
            LaplacianBlend,
            ZoomVideoRender,
            ZoomStackExplorer,
            ExportZoomStack,
            SaveZoomStack,
            LoadZoomStack,
            MultiScalePatch,
            OutpaintZoom,
            SuperResZoom,
            BlendedEdit,
            ZoomStackReport,
            ReworkZoom,
            ExtendZoom,
            BranchZoom,
            CutZoom,
            JoinZooms,
            AlignZoom,
            LadderRequest,
            RepromptLadder,
        ]
