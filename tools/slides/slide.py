"""What a room sees at once."""

from dataclasses import dataclass, field

from tools.slides.blocks import Block


@dataclass(frozen=True)
class Part:
    """A piece of a slide: its role in the layout, its content, and when it comes."""

    role: str
    block: Block
    fragment: bool = False


@dataclass
class Slide:
    """What a room sees at once.

    Attributes:
        heading: The heading of its section, or of its own.
        layout: title, talk, say (prose alone, larger), split (figure beside text) or
            wide (figure above it).
        parts: Its pieces, in their order.
        notes: Markdown for the speaker.
        down: Whether it belongs below the slide before, in the same section.
    """

    heading: str
    layout: str = "talk"
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    down: bool = True

    def roles(self) -> set[str]:
        """Return what kinds of pieces there are."""
        return {part.role for part in self.parts}
