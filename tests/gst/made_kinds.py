# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Files of every kind, a fraction of a second each, made by GStreamer's own encoders and muxers; and
what those cannot make, written byte by byte.

A kind is (name, medium, how). `how` is a pipeline up to its filesink, or a function that is given
`encode` (a pipeline's output as bytes) and returns the file.
"""
import struct

SIZE = "width=64,height=48,framerate=12/1"
PICTURES = 6
VIDEO = f"videotestsrc num-buffers={PICTURES} ! video/x-raw,{SIZE} ! videoconvert ! "
MPEG = VIDEO.replace("12/1", "25/1")
FRAME = "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! videoconvert ! "
SOUND = ("audiotestsrc num-buffers=10 samplesperbuffer=1024 ! audioconvert ! audioresample ! "
         "audio/x-raw,rate=44100,channels=2 ! audioconvert ! ")
SPEECH = ("audiotestsrc num-buffers=10 samplesperbuffer=320 ! audioconvert ! audioresample ! "
          "audio/x-raw,rate={},channels=1 ! ")
# A muxer of two streams, the first of which is what the text behind it makes.
BOTH = VIDEO + "{} ! queue ! m. " + SOUND + "{} ! queue ! m. {} name=m"
H264 = "x264enc key-int-max=3 speed-preset=ultrafast ! h264parse"
H264_BYTES = H264 + " ! video/x-h264,stream-format=byte-stream,alignment=au"
H265 = "x265enc speed-preset=ultrafast log-level=none ! h265parse"
AV1 = "av1enc cpu-used=8 ! av1parse"
AAC = "avenc_aac ! aacparse"


def ebml(name, *parts):
    content = b"".join(part if isinstance(part, bytes) else number(part) for part in parts)
    return bytes.fromhex(name) + struct.pack(">Q", len(content) | 1 << 56) + content


def number(value):
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def webm_with_alpha(codec):
    """The picture in each block, and another picture of its opacity beside it (WebM's guidelines,
    alpha channel), which no muxer of GStreamer's writes."""
    def make(encode):
        encoder = f"video/x-raw,format=I420 ! {codec}enc deadline=1 keyframe-max-dist=1"
        pictures = encode(VIDEO + encoder, each=True)
        opacity = encode(VIDEO.replace("videotestsrc", "videotestsrc pattern=ball") + encoder,
                         each=True)
        blocks = []
        for at, (picture, mask) in enumerate(zip(pictures, opacity)):
            blocks.append(ebml(
                "a0", ebml("a1", b"\x81" + struct.pack(">hB", at * 83, 0) + picture),
                ebml("9b", 83), ebml("75a1", ebml("a6", ebml("ee", 1), ebml("a5", mask)))))
        track = ebml("ae", ebml("d7", 1), ebml("73c5", 1), ebml("83", 1), ebml("53c0", 1),
                     ebml("55ee", 1), ebml("86", f"V_{codec.upper()}".encode()),
                     ebml("e0", ebml("b0", 64), ebml("ba", 48), ebml("53c0", 1)))
        return (ebml("1a45dfa3", ebml("4282", b"webm"), ebml("4287", 4), ebml("4285", 2)) +
                ebml("18538067", ebml("1549a966", ebml("2ad7b1", 1000000)),
                     ebml("1654ae6b", track), ebml("1f43b675", ebml("e7", 0), *blocks)))
    return make


def quicktime(code, depth, line):
    """A codec that no muxer of GStreamer's takes: a sample per picture, at 12 a second."""
    def box(kind, *parts):
        content = b"".join(parts)
        return struct.pack(">I", 8 + len(content)) + kind.encode() + content

    def table(kind, *numbers):
        return box(kind, struct.pack(f">{len(numbers) + 1}I", 0, *numbers))

    def make(encode):
        pictures = encode(line, each=True)
        matrix = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
        front = box("ftyp", b"qt  \0\0\2\0qt  ")
        media = box("mdat", *pictures)
        length = len(pictures) * 50
        entry = (bytes(6) + struct.pack(">HHHIIIHHIIIH", 1, 0, 0, 0, 0, 0, 64, 48, 72 << 16,
                                        72 << 16, 0, 1) + bytes(32) +
                 struct.pack(">Hh", depth, -1))
        stsd = box("stsd", struct.pack(">II", 0, 1), box(code, entry))
        tables = box("stbl", stsd, table("stts", 1, len(pictures), 50),
                     table("stsc", 1, 1, len(pictures), 1),
                     table("stsz", 0, len(pictures), *map(len, pictures)),
                     table("stco", 1, len(front) + 8))
        track = box(
            "trak",
            box("tkhd", struct.pack(">5I", 7, 0, 0, 1, 0), struct.pack(">I", length), bytes(16),
                matrix, struct.pack(">II", 64 << 16, 48 << 16)),
            box("mdia", box("mdhd", struct.pack(">5IHH", 0, 0, 0, 600, length, 0, 0)),
                box("hdlr", bytes(4), b"mhlrvide", bytes(13)),
                box("minf", box("vmhd", bytes(12)),
                    box("dinf", box("dref", struct.pack(">II", 0, 1), box("url ", b"\0\0\0\1"))),
                    tables)))
        head = box("mvhd", struct.pack(">5I", 0, 0, 0, 600, length),
                   struct.pack(">IH", 1 << 16, 256), bytes(10), matrix, bytes(24),
                   struct.pack(">I", 2))
        return front + media + box("moov", head, track)
    return make


def gif(pictures):
    """Codes of nine bits that say each pixel as it is, and a clear code before the table grows."""
    def make(_encode):
        out = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0xF7, 0, 0)
        out += bytes(value for entry in range(256) for value in (entry, 255 - entry, entry // 2))
        out += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
        for picture in range(pictures):
            codes = [256]
            for pixel in range(16 * 16):
                codes += [(pixel + 40 * picture) % 256] + ([256] if pixel % 100 == 99 else [])
            bits = "".join(f"{code:09b}" for code in reversed(codes + [257]))
            data = int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")
            out += b"\x21\xf9\x04\0" + struct.pack("<H", 10) + b"\0\0"
            out += b"\x2c" + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x08"
            for begin in range(0, len(data), 255):
                block = data[begin:begin + 255]
                out += bytes([len(block)]) + block
            out += b"\0"
        return out + b"\x3b"
    return make


def tagged(line, cover=0):
    """Behind an ID3v2.3 tag with a cover of so many bytes."""
    def make(encode):
        picture = encode(FRAME + "jpegenc") + bytes(cover)
        frame = b"\0image/jpeg\0\x03\0" + picture
        frame = b"APIC" + struct.pack(">IH", len(frame), 0) + frame
        size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
        return b"ID3\x03\0\0" + size + frame + encode(line)
    return make


def wav(riff_size=None, data_size=None, behind=b""):
    def make(encode):
        data = encode(SOUND + "audio/x-raw,format=S16LE")
        real = len(data)
        return (b"RIFF" + struct.pack("<I", 36 + real if riff_size is None else riff_size(real)) +
                b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16) + b"data" +
                struct.pack("<I", real if data_size is None else data_size(real)) + data + behind)
    return make


def rf64(encode):
    data = encode(SOUND + "audio/x-raw,format=S16LE")
    sizes = struct.pack("<QQQI", 72 + len(data), len(data), len(data) // 4, 0)
    return (b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", len(sizes)) + sizes + b"fmt " +
            struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16) + b"data\xff\xff\xff\xff" + data)


def with_tail(line, tail):
    return lambda encode: encode(line) + tail


MP4 = BOTH.format(H264, AAC, "mp4mux")
FRONT = BOTH.format(H264, AAC, "mp4mux faststart=true")

KINDS = [
    # Films: containers, then codecs in them.
    ("h264-aac.mp4", "video", MP4),
    ("faststart.mp4", "video", FRONT),
    ("fragments.mp4", "video", BOTH.format(H264, AAC, "mp4mux fragment-duration=200")),
    ("h265.mp4", "video", VIDEO + H265 + " ! mp4mux"),
    ("av1.mp4", "video", VIDEO + AV1 + " ! mp4mux"),
    ("vp9.mp4", "video", VIDEO + "vp9enc deadline=1 ! vp9parse ! mp4mux"),
    ("h264.mov", "video", VIDEO + H264 + " ! qtmux"),
    ("prores.mov", "video", VIDEO + "avenc_prores_ks ! qtmux"),
    ("mjpeg.mov", "video", VIDEO + "jpegenc ! qtmux"),
    ("png.mov", "video", VIDEO + "pngenc snapshot=false ! qtmux"),
    ("qtrle.mov", "video", quicktime("rle ", 32, VIDEO + "video/x-raw,format=ARGB ! avenc_qtrle")),
    ("cinepak.mov", "video", quicktime("cvid", 24, VIDEO + "avenc_cinepak")),
    ("smc.mov", "video", quicktime("rpza", 16, VIDEO + "avenc_rpza")),
    ("cineform.mov", "video", VIDEO + "avenc_cfhd ! qtmux"),
    ("raw.mov", "video", VIDEO + "video/x-raw,format=UYVY ! qtmux"),
    ("h263.3gp", "video", VIDEO.replace("width=64,height=48", "width=176,height=144") +
     "avenc_h263 ! h263parse ! 3gppmux"),
    ("j2k.mj2", "video", VIDEO + "openjpegenc ! mj2mux"),
    ("vp8-vorbis.webm", "video", BOTH.format("vp8enc deadline=1", "vorbisenc", "webmmux")),
    ("vp9-opus.webm", "video", BOTH.format("vp9enc deadline=1", "audioresample ! opusenc",
                                           "webmmux")),
    ("av1.webm", "video", VIDEO + AV1 + " ! webmmux"),
    ("streamed.webm", "video", VIDEO + "vp8enc deadline=1 ! webmmux streamable=true"),
    ("alpha-vp8.webm", "video", webm_with_alpha("vp8")),
    ("alpha-vp9.webm", "video", webm_with_alpha("vp9")),
    ("h264.mkv", "video", BOTH.format(H264, AAC, "matroskamux")),
    ("ffv1.mkv", "video", BOTH.format("avenc_ffv1", "flacenc", "matroskamux")),
    ("theora.mkv", "video", VIDEO + "theoraenc ! matroskamux"),
    ("mpeg2.mkv", "video", MPEG + "mpeg2enc ! mpegvideoparse ! matroskamux"),
    ("h264.avi", "video", VIDEO + H264_BYTES + " ! avimux"),
    ("mjpeg.avi", "video", BOTH.format("jpegenc", "lamemp3enc ! mpegaudioparse", "avimux")),
    ("mpeg4.avi", "video", VIDEO + "avenc_mpeg4 ! avimux"),
    ("huffyuv.mkv", "video", VIDEO + "avenc_huffyuv ! matroskamux"),
    ("msmpeg4.avi", "video", VIDEO + "avenc_msmpeg4 ! avimux"),
    ("raw.avi", "video", VIDEO + "video/x-raw,format=YUY2 ! avimux"),
    ("theora.ogv", "video", BOTH.format("theoraenc", "vorbisenc", "oggmux")),
    ("h264-aac.flv", "video", BOTH.format(H264, AAC, "flvmux")),
    ("sorenson.flv", "video", VIDEO + "avenc_flv ! flvmux"),
    ("h264-aac.ts", "video", BOTH.format(H264, AAC, "mpegtsmux")),
    ("mpeg2.ts", "video", MPEG + "mpeg2enc ! mpegvideoparse ! mpegtsmux"),
    ("h264.m2ts", "video", VIDEO + H264 + " ! mpegtsmux m2ts-mode=true"),
    ("mpeg2.mpg", "video", MPEG + "mpeg2enc ! mpegvideoparse ! mpegpsmux"),
    ("mpeg1.m1v", "video", MPEG + "mpeg2enc format=0"),
    ("mpeg2.m2v", "video", MPEG + "mpeg2enc"),
    ("bare.h264", "video", VIDEO + H264_BYTES),
    ("bare.h265", "video", VIDEO + H265 +
     " ! video/x-h265,stream-format=byte-stream,alignment=au"),
    ("vp8.ivf", "video", VIDEO + "vp8enc deadline=1 ! avmux_ivf"),
    ("plain.y4m", "video", VIDEO + "video/x-raw,format=I420 ! y4menc"),
    ("wmv2.asf", "video", VIDEO + "avenc_wmv2 ! asfmux"),
    ("mpeg2.mxf", "video", MPEG + "mpeg2enc ! mpegvideoparse ! mxfmux"),
    ("camera.dv", "video", VIDEO.replace(SIZE, "width=720,height=576,framerate=25/1,"
                                         "pixel-aspect-ratio=16/15") + "avenc_dvvideo ! avmux_dv"),
    ("moving.gif", "video", gif(4)),
    ("tail-of-line-ends.mp4", "video", with_tail(MP4, b"\r\n\r\n")),
    ("tail-of-text.mp4", "video", with_tail(FRONT, b'{"code":200,"message":"uploaded"}')),
    # Sound.
    ("aac.mp4", "audio", SOUND + AAC + " ! mp4mux"),
    ("alac.mp4", "audio", SOUND + "avenc_alac ! qtmux"),
    ("opus.mp4", "audio", SOUND + "audioresample ! opusenc ! mp4mux"),
    ("mp3.mp4", "audio", SOUND + "lamemp3enc ! mpegaudioparse ! mp4mux"),
    ("pcm.mov", "audio", SOUND + "audio/x-raw,format=S16BE ! qtmux"),
    ("aac.m4a", "audio", SOUND + AAC + " ! avmux_ipod"),
    ("plain.aac", "audio", SOUND + "avenc_aac ! avmux_adts"),
    ("plain.mp3", "audio", SOUND + "lamemp3enc"),
    ("tagged.mp3", "audio", tagged(SOUND + "lamemp3enc")),
    ("cover-of-3-mb.mp3", "audio", tagged(SOUND + "lamemp3enc", 3_000_000)),
    ("tagged.flac", "audio", tagged(SOUND + "flacenc")),
    ("plain.mp2", "audio", SOUND + "twolamemp2enc"),
    ("16.wav", "audio", SOUND + "audio/x-raw,format=S16LE ! wavenc"),
    ("24.wav", "audio", SOUND + "audio/x-raw,format=S24LE ! wavenc"),
    ("float.wav", "audio", SOUND + "audio/x-raw,format=F32LE ! wavenc"),
    ("alaw.wav", "audio", SOUND + "alawenc ! wavenc"),
    ("mulaw.wav", "audio", SOUND + "mulawenc ! wavenc"),
    ("pipe-of-sox.wav", "audio", wav(lambda _: 0x7FFFF024, lambda _: 0x7FFFF000)),
    ("pipe-of-ffmpeg.wav", "audio", wav(lambda _: 0xFFFFFFFF, lambda _: 0xFFFFFFFF)),
    ("pipe-at-most.wav", "audio", wav(lambda _: 0x7FFFFFFF, lambda _: 0x7FFFFFFF - 36)),
    ("8-too-many.wav", "audio", wav(lambda size: 44 + size)),
    ("tail.wav", "audio", wav(behind=b"\r\n")),
    ("wide.rf64.wav", "audio", rf64),
    ("plain.aiff", "audio", SOUND + "audio/x-raw,format=S16BE ! aiffmux"),
    ("plain.au", "audio", SOUND + "audio/x-raw,format=S16BE ! avmux_au"),
    ("plain.flac", "audio", SOUND + "flacenc"),
    ("plain.wv", "audio", SOUND + "wavpackenc"),
    ("vorbis.ogg", "audio", SOUND + "vorbisenc ! oggmux"),
    ("opus.ogg", "audio", SOUND + "audioresample ! opusenc ! oggmux"),
    ("flac.ogg", "audio", SOUND + "flacenc ! oggmux"),
    ("speex.ogg", "audio", SPEECH.format(16000) + "speexenc ! oggmux"),
    ("opus.webm", "audio", SOUND + "audioresample ! opusenc ! webmmux"),
    ("vorbis.mka", "audio", SOUND + "vorbisenc ! matroskamux"),
    ("aac.ts", "audio", SOUND + AAC + " ! mpegtsmux"),
    ("plain.ac3", "audio", SOUND + "avenc_ac3"),
    ("plain.eac3", "audio", SOUND + "avenc_eac3"),
    ("plain.amr", "audio", SPEECH.format(8000) + "amrnbenc ! avmux_amr"),
    ("wma2.asf", "audio", SOUND + "avenc_wmav2 ! asfmux"),
    # Stills.
    ("plain.png", "image", FRAME + "pngenc"),
    ("plain.jpg", "image", FRAME + "jpegenc"),
    ("plain.webp", "image", FRAME + "webpenc"),
    ("still.gif", "image", gif(1)),
    ("plain.jp2", "image", FRAME + "openjpegenc ! image/jp2"),
    ("plain.ppm", "image", FRAME + "pnmenc"),
    ("plain.pgm", "image", FRAME + "video/x-raw,format=GRAY8 ! pnmenc"),
]

# What may be left out where GStreamer has no encoder for it, and why; everything else has to be played.
MAY_BE_LEFT_OUT = {
    "av1.mp4": "libaom is built for few machines",
    "av1.webm": "libaom is built for few machines",
    "plain.amr": "amrnbenc is in the ugly plugins, which some distributions leave out",
    "bare.h265": "x265enc is left out where patents are minded",
    "h265.mp4": "x265enc is left out where patents are minded",
}
