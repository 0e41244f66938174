using System.Text;
using SkiaSharp;

namespace RetinaSharp.Imaging.Drawing;

/// <summary>Draws boxes with labels on a canvas.</summary>
/// <param name="canvas">The canvas.</param>
/// <param name="width">Its width in pixels.</param>
/// <param name="height">Its height in pixels.</param>
internal sealed class BoxPainter(SKCanvas canvas, int width, int height) : IDisposable
{
    private const float MinFontSize = 8;

    // Colors that stay apart from each other and from most photographs.
    private static readonly SKColor[] Palette =
    [
        new(230, 25, 75), new(60, 180, 75), new(255, 225, 25), new(0, 130, 200), new(245, 130, 48), new(145, 30, 180), new(70, 240, 240),
        new(240, 50, 230), new(210, 245, 60), new(250, 190, 190), new(0, 128, 128), new(230, 190, 255), new(170, 110, 40), new(255, 250, 200),
        new(128, 0, 0), new(170, 255, 195), new(128, 128, 0), new(255, 215, 180), new(0, 0, 128), new(128, 128, 128),
    ];

    // Kept: loading a font takes some milliseconds. Skia's default font has no glyphs where the system has no fonts.
    private static readonly Lazy<SKTypeface> Typeface = new(() =>
    {
        using var stream = EmbeddedFont.Open();
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("Skia does not take the embedded font.");
    });

    private readonly int _line = Math.Max(1, (int)MathF.Round((width + height) * .0015f));
    private readonly SKPaint _paint = new();

    /// <summary>Draws a box, and its label above it where there is room, else from its upper edge down; all within the canvas.</summary>
    public void Draw(BoxLabel box)
    {
        var color = Palette[box.Color % Palette.Length];
        var (left, top, right, bottom) = (Inside(box.X1, width), Inside(box.Y1, height), Inside(box.X2, width), Inside(box.Y2, height));
        _paint.Color = color;
        _paint.IsStroke = true;
        _paint.IsAntialias = false;
        _paint.StrokeWidth = _line;
        // Pixels from `left` to `right`, both painted. The middle of a stroke is where its edges fall between pixels.
        var middle = (_line / 2f) - (_line / 2);
        canvas.DrawRect(new(left + middle, top + middle, right + middle, bottom + middle), _paint);
        if (box.Text.Length > 0)
            DrawLabel(box.Text, left, top, color);
    }

    /// <inheritdoc/>
    public void Dispose() => _paint.Dispose();

    private void DrawLabel(string text, int left, int top, SKColor color)
    {
        var pad = _line + 1;
        using var font = new SKFont(Typeface.Value, Math.Max(12, 7.5f * _line)) { Edging = SKFontEdging.Antialias, Subpixel = true, Hinting = SKFontHinting.Slight };
        text = Legible(text, font);
        var textWidth = font.MeasureText(text);
        if (textWidth + (2 * pad) > width && font.Size > MinFontSize)
        {
            font.Size = Math.Max(MinFontSize, font.Size * (width - (2 * pad)) / textWidth);
            textWidth = font.MeasureText(text);
        }

        font.GetFontMetrics(out var metrics);
        var labelWidth = Math.Min((int)MathF.Ceiling(textWidth) + (2 * pad), width);
        var labelHeight = Math.Min((int)MathF.Ceiling(metrics.Descent - metrics.Ascent), height);
        left = Math.Clamp(left - (_line / 2), 0, width - labelWidth);
        top = Math.Clamp(top >= labelHeight ? top - labelHeight : top, 0, height - labelHeight);

        _paint.IsStroke = false;
        var area = SKRect.Create(left, top, labelWidth, labelHeight);
        canvas.DrawRect(area, _paint);
        canvas.Save();
        canvas.ClipRect(area);
        _paint.IsAntialias = true;
        _paint.Color = IsBright(color) ? SKColors.Black : SKColors.White;
        canvas.DrawText(text, left + pad, top - metrics.Ascent, SKTextAlign.Left, font, _paint);
        canvas.Restore();
    }

    private static int Inside(float value, int size) => (int)MathF.Round(Math.Clamp(value, 0, size - 1));

    private static bool IsBright(SKColor color) => (.299 * color.Red) + (.587 * color.Green) + (.114 * color.Blue) > 140;

    private static string Legible(string text, SKFont font)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Append(!Rune.IsControl(rune) && font.ContainsGlyph(rune.Value) ? rune.ToString() : "?");
        return result.ToString();
    }
}
