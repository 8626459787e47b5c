"""Judges a finished film with PyAV, which had no part in making it."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float64]


@dataclass(frozen=True)
class Film:
    """What a player would see: small grey pictures of every frame, the sound as mono floats, and the facts of the streams."""

    codec: str
    profile: str
    pixel_format: str
    width: int
    height: int
    frame_times: NDArray[np.float64]
    pictures: NDArray[np.float64]  # frames x 36 x 64, 0..255
    sound_codec: str
    sound_rate: int
    sound: NDArray[np.float64]
    caption_streams: int
    moov_first: bool

    @property
    def duration(self) -> float:
        """Seconds of picture: from the first frame to the end of the last."""
        return float(self.frame_times[-1] - self.frame_times[0] + np.median(np.diff(self.frame_times)))

    @property
    def sound_duration(self) -> float:
        return self.sound.size / self.sound_rate

    def first_sound(self, threshold: float = 0.02) -> float:
        """Seconds until somebody speaks."""
        return onset(self.sound, self.sound_rate, threshold)


def onset(sound: NDArray[np.float64], rate: int, threshold: float = 0.02) -> float:
    """Seconds until the sound first exceeds a share of its own peak."""
    loud = np.flatnonzero(np.abs(sound) > threshold * np.abs(sound).max())
    return float(loud[0]) / rate


def watch(path: Path) -> Film:
    """Decode all of it."""
    times: list[float] = []
    pictures: list[Picture] = []
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        for frame in container.decode(video):
            times.append(float(frame.pts * frame.time_base))
            pictures.append(frame.reformat(64, 36, "gray").to_ndarray().astype(float))
        facts = (video.codec_context.name, str(video.codec_context.profile), str(video.codec_context.pix_fmt))
        size = (video.codec_context.width, video.codec_context.height)
        captions = len(container.streams.subtitles)
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        chunks = [frame.to_ndarray().astype(float).mean(axis=0) for frame in container.decode(audio)]
        codec, rate = audio.codec_context.name, audio.codec_context.sample_rate
    data = path.read_bytes()
    return Film(
        *facts,
        *size,
        frame_times=np.array(times),
        pictures=np.stack(pictures),
        sound_codec=codec,
        sound_rate=rate,
        sound=np.concatenate(chunks),
        caption_streams=captions,
        moov_first=0 <= data.find(b"moov") < data.find(b"mdat"),
    )


def picture(path: Path) -> Picture:
    """A still image at the size of `Film.pictures`."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame.reformat(64, 36, "gray").to_ndarray().astype(float)


def best_match(film: Film, stills: list[Picture]) -> NDArray[np.int64]:
    """For every frame the number of the still that it resembles most."""
    distances = np.stack([((film.pictures - still) ** 2).mean(axis=(1, 2)) for still in stills])
    return distances.argmin(axis=0)
