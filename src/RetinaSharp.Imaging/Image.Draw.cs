using System.Text;
using RetinaSharp.Imaging.Native;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// A copy with boxes and their labels drawn on it, in the order given. Lines grow with the image; boxes are cut at the
    /// border, and labels moved to lie within the image.
    /// </summary>
    /// <param name="boxes">The boxes; their coordinates must be finite and their colours at least 0.</param>
    public unsafe Image Draw(IReadOnlyList<BoxLabel> boxes)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        var corners = new float[4 * boxes.Count];
        var colours = new int[boxes.Count];
        var texts = new StringBuilder();
        for (var i = 0; i < boxes.Count; i++)
        {
            var (x1, y1, x2, y2, text, colour) = boxes[i];
            if (!float.IsFinite(x1) || !float.IsFinite(y1) || !float.IsFinite(x2) || !float.IsFinite(y2))
                throw new ArgumentException($"box {i} is not finite: {boxes[i]}", nameof(boxes));
            if (colour < 0)
                throw new ArgumentException($"the colour of box {i} is negative: {boxes[i]}", nameof(boxes));
            (corners[4 * i], corners[4 * i + 1], corners[4 * i + 2], corners[4 * i + 3]) = (x1, y1, x2, y2);
            colours[i] = colour;
            AppendAscii(texts, text);
        }

        var result = new Image(Width, Height, Pixels);
        var bytes = Encoding.ASCII.GetBytes(texts.ToString());
        fixed (byte* rgb = result._pixels, text = bytes)
        fixed (float* corner = corners)
        fixed (int* colour = colours)
            NativeStatus.Check(
                NativeMethods.Draw(rgb, Width, Height, Stride, boxes.Count, corner, colour, text, bytes.Length), "");
        return result;
    }

    private static void AppendAscii(StringBuilder texts, string text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
            texts.Append(rune.Value is >= ' ' and <= '~' ? (char)rune.Value : '?');
        texts.Append('\0');
    }
}
