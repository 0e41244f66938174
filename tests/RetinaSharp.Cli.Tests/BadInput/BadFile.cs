using System.Text;
using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>Creates unusable image files of several kinds.</summary>
internal static class BadFile
{
    private static readonly Image Good = new(64, 64, new byte[64 * 64 * 3]);

    public static TheoryData<string> Kinds => ["empty", "text", "git lfs", "gif", "cut jpeg", "cut png", "cut webp", "60000 x 60000", "0 x 0", "header alone"];

    public static byte[] Create(string kind) => kind switch
    {
        "empty" => [],
        "text" => "<html>404 Not Found</html>"u8.ToArray(),
        "git lfs" => "version https://git-lfs.github.com/spec/v1\noid sha256:61\nsize 123456\n"u8.ToArray(),
        "gif" => [.. "GIF89a"u8, .. new byte[200]],
        "cut jpeg" => Half(ImageEncoding.Jpeg),
        "cut png" => Half(ImageEncoding.Png),
        "cut webp" => Half(ImageEncoding.WebP),
        "60000 x 60000" => Png(60_000),
        "0 x 0" => Png(0),
        "header alone" => [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. Encoding.ASCII.GetBytes("JFIF")],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };

    private static byte[] Half(ImageEncoding format)
    {
        var bytes = Good.Encode(format);
        return bytes[..(bytes.Length / 2)];
    }

    // A PNG file has its sides at offsets 16 and 20, in big-endian order.
    private static byte[] Png(int side)
    {
        var bytes = Good.Encode(ImageEncoding.Png);
        foreach (var at in (int[])[16, 20])
            (bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]) = (0, 0, (byte)(side >> 8), (byte)side);
        return bytes;
    }
}
