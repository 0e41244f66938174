using System.Text.Json;

namespace RetinaSharp.Imaging.Tests;

/// <summary>The files made by Golden/make_golden.py, with the pixels that Pillow decodes from them.</summary>
internal static class GoldenImages
{
    private static readonly Dictionary<string, Expected> All = JsonSerializer.Deserialize<Dictionary<string, Expected>>(
        File.ReadAllText(PathOf("golden.json")), JsonSerializerOptions.Web)!;

    /// <summary>The pixels of a pattern resized by Pillow, by size.</summary>
    public static IReadOnlyDictionary<string, string> Resized { get; } = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(PathOf("resized.json")))!;

    public static IEnumerable<string> Names => All.Keys;

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static Image Pixels(string name)
    {
        var (width, height, rgb) = All[name];
        return new Image(width, height, Convert.FromHexString(rgb));
    }

    /// <summary>The largest difference of any byte.</summary>
    public static int Difference(Image a, Image b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        var largest = 0;
        for (var i = 0; i < a.Pixels.Length; i++)
            largest = Math.Max(largest, Math.Abs(a.Pixels[i] - b.Pixels[i]));
        return largest;
    }

    private sealed record Expected(int Width, int Height, string Rgb);
}
