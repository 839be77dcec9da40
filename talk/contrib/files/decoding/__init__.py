"""Reads pictures from strangers, as a process of its own: `python -m talk.contrib.files.decoding`.

Its parent is `talk.contrib.files.pictures`, in the worker. No other module imports this package or
Pillow, so no web process decodes a picture. It imports no Django, so it starts in a few hundredths
of a second.

1. Limits are set: memory, CPU seconds, wall-clock seconds, bytes written.
2. The blocks of the file are read, such as the chunks of a PNG. Their sizes and number are checked.
   Only blocks that the picture needs are copied. EXIF, XMP, IPTC, comments, embedded thumbnails,
   and what follows the end are not. The picture's own bytes stay, so it loses no quality.
3. Pillow decodes the copy, so it never parses those blocks. Each frame must decode.
4. Two smaller WebP pictures and a placeholder are made of the first frame.
"""
