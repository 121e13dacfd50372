"""The colours; the only place that names any."""

from __future__ import annotations

from textual.theme import Theme

DARK = "desk-dark"
LIGHT = "desk-light"
CONTRAST = "desk-contrast"
NO_COLOR = "ansi-dark"

TITLES = {DARK: "dark", LIGHT: "light", CONTRAST: "high contrast"}

THEMES = (
    Theme(
        name=DARK,
        dark=True,
        primary="#6cb6ff",
        secondary="#8ddb8c",
        accent="#f2c14e",
        success="#7ee08a",
        warning="#f2c14e",
        error="#ff8078",
        foreground="#dfe5ec",
        background="#12161c",
        surface="#171c24",
        panel="#232b36",
        variables={
            "border": "#4d5a6b",
            "quiet": "#97a3b4",
            "chosen": "#27476b",
            "chosen-text": "#ffffff",
            "input-cursor-background": "#f2c14e",
            "input-cursor-foreground": "#12161c",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-background": "#27476b",
        },
    ),
    Theme(
        name=LIGHT,
        dark=False,
        primary="#0b5cad",
        secondary="#1c6b2a",
        accent="#8a5a00",
        success="#1c6b2a",
        warning="#8a5a00",
        error="#b3261e",
        foreground="#1b2129",
        background="#f6f7f9",
        surface="#ffffff",
        panel="#e4e8ee",
        variables={
            "border": "#8793a3",
            "quiet": "#566273",
            "chosen": "#cfe3f9",
            "chosen-text": "#0c1116",
            "input-cursor-background": "#0b5cad",
            "input-cursor-foreground": "#ffffff",
            "block-cursor-foreground": "#0c1116",
            "block-cursor-background": "#cfe3f9",
        },
    ),
    Theme(
        name=CONTRAST,
        dark=True,
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffff00",
        success="#00ff66",
        warning="#ffff00",
        error="#ff9d9d",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        variables={
            "border": "#ffffff",
            "quiet": "#ffffff",
            "chosen": "#ffff00",
            "chosen-text": "#000000",
            "input-cursor-background": "#ffff00",
            "input-cursor-foreground": "#000000",
            "block-cursor-foreground": "#000000",
            "block-cursor-background": "#ffff00",
        },
    ),
)

# What the built-in ansi theme lacks; there the chosen row is reversed instead, see app.tcss.
DEFAULTS = {"quiet": "ansi_default", "chosen": "ansi_default", "chosen-text": "ansi_default"}
