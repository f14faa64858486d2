using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>A picture with at most 256 colours (PNG, colour type 3): a fourth of the size, and nobody sees the difference.</summary>
internal static class SmallPng
{
    /// <summary>
    /// The frequent colours stay as they are; those at the edges of letters are rounded, so far that all fit into a palette.
    /// </summary>
    private const string Palette = """
        async data => {
          const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d'); canvas.drawImage(image, 0, 0);
          const points = canvas.getImageData(0, 0, image.width, image.height).data;
          const counts = new Map(), colours = new Uint32Array(points.length / 4);
          for (let i = 0; i < colours.length; i++) {
            const colour = points[4 * i] << 16 | points[4 * i + 1] << 8 | points[4 * i + 2];
            colours[i] = colour; counts.set(colour, (counts.get(colour) ?? 0) + 1);
          }
          const frequent = new Set([...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 32).map(entry => entry[0]));
          for (const step of [17, 25.5, 36.43, 51, 85]) {
            const rounded = colour => Math.round(Math.round(colour / step) * step);
            const near = colour => frequent.has(colour) ? colour
              : rounded(colour >> 16) << 16 | rounded(colour >> 8 & 255) << 8 | rounded(colour & 255);
            const palette = [...new Set([...counts.keys()].map(near))].sort((a, b) => a - b);
            if (palette.length > 256) continue;
            const places = new Map([...counts.keys()].map(colour => [colour, palette.indexOf(near(colour))]));
            let indices = ''; for (const colour of colours) indices += String.fromCharCode(places.get(colour));
            return { width: image.width, height: image.height, palette, indices: btoa(indices) };
          }
        }
        """;

    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static async Task<byte[]> Shrink(Chromium chromium, byte[] png)
    {
        var page = await chromium.Open("<!DOCTYPE html><title>palette</title>", 375);
        try
        {
            var found = await page.EvaluateAsync<JsonElement>(Palette, Convert.ToBase64String(png));
            var (width, height) = (found.GetProperty("width").GetInt32(), found.GetProperty("height").GetInt32());
            var colours = found.GetProperty("palette").EnumerateArray().SelectMany(colour => Bytes(colour.GetInt32())[1..]).ToArray();
            return Write(width, height, colours, found.GetProperty("indices").GetBytesFromBase64());
        }
        finally
        {
            await page.CloseAsync();
        }
    }

    private static byte[] Write(int width, int height, byte[] colours, byte[] indices)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                deflate.WriteByte(0); // no filter
                deflate.Write(indices, row * width, width);
            }
        }

        using var png = new MemoryStream();
        png.Write(Signature);
        Chunk(png, "IHDR"u8, [.. Bytes(width), .. Bytes(height), 8, 3, 0, 0, 0]);
        Chunk(png, "PLTE"u8, colours);
        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, byte[] data)
    {
        png.Write(Bytes(data.Length));
        png.Write(type);
        png.Write(data);
        png.Write(Bytes((int)Checksum([.. type, .. data])));
    }

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>CRC-32 (RFC 2083, section 15).</summary>
    private static uint Checksum(byte[] data)
    {
        var sum = uint.MaxValue;
        foreach (var one in data)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum & 1) == 1 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
        }

        return ~sum;
    }
}
