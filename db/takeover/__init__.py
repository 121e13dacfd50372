"""The take-over of a gym's old database: nothing lost, all undoable, while the old application goes on."""

from db.takeover.report import Report
from db.takeover.road import adopt, look
from db.takeover.survey import Findings

__all__ = ["Findings", "Report", "adopt", "look"]
