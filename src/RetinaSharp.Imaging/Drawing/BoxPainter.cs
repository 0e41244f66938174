using System.Text;
using SkiaSharp;

namespace RetinaSharp.Imaging.Drawing;

/// <summary>Draws boxes with labels on a canvas.</summary>
/// <param name="canvas">The canvas.</param>
/// <param name="width">Width of the canvas in pixels.</param>
/// <param name="height">Height of the canvas in pixels.</param>
/// <param name="lineWidth">Width of lines in pixels; null: in proportion to the size of the canvas.</param>
internal sealed class BoxPainter(SKCanvas canvas, int width, int height, int? lineWidth = null) : IDisposable
{
    // Line width and text size as fractions of the mean of the image's width and height, as in Ultralytics. Text is then legible when an
    // image of any size is shown 250 pixels wide.
    private const float LineShare = .003f, TextShare = .035f;
    private const float MinTextSize = 11, MinFittedTextSize = 8;

    // Colors that stay apart from each other and from most photographs.
    private static readonly SKColor[] Palette =
    [
        new(230, 25, 75), new(60, 180, 75), new(255, 225, 25), new(0, 130, 200), new(245, 130, 48), new(145, 30, 180), new(70, 240, 240),
        new(240, 50, 230), new(210, 245, 60), new(250, 190, 190), new(0, 128, 128), new(230, 190, 255), new(170, 110, 40), new(255, 250, 200),
        new(128, 0, 0), new(170, 255, 195), new(128, 128, 0), new(255, 215, 180), new(0, 0, 128), new(128, 128, 128),
    ];

    // Color of the outline around lines, which makes lines visible on pixels of the same color.
    private static readonly SKColor Outline = new(16, 20, 28, 150);

    // Loaded once, because it takes some milliseconds. Skia's default font has no glyphs on systems without fonts.
    internal static readonly Lazy<SKTypeface> Typeface = new(() =>
    {
        using var stream = EmbeddedFont.Open();
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("Skia does not take the embedded font.");
    });

    private readonly int _line = lineWidth ?? Math.Max(1, (int)MathF.Round((width + height) / 2f * LineShare));
    private readonly float _textSize = Math.Max(MinTextSize, (width + height) / 2f * TextShare);
    private readonly SKPaint _paint = new();

    private int OutlineWidth => (_line + 2) / 3;

    /// <summary>Draws all boxes, with the first one on top of the others, and then all labels on top of the boxes.</summary>
    public void Draw(IReadOnlyList<BoxLabel> boxes)
    {
        PixelRect[] areas = [.. boxes.Select(Area)];
        for (var i = boxes.Count - 1; i >= 0; i--)
            DrawBox(areas[i], boxes[i]);
        var layout = new LabelLayout(width, height, areas);
        for (var i = 0; i < boxes.Count; i++)
            if (!string.IsNullOrEmpty(boxes[i].Text))
                DrawLabel(boxes[i], areas[i], layout);
    }

    /// <inheritdoc/>
    public void Dispose() => _paint.Dispose();

    /// <summary>Returns the rectangle of a box including its lines, clipped to the canvas.</summary>
    private PixelRect Area(BoxLabel box)
    {
        var (before, after) = (_line / 2, (_line + 1) / 2);
        return new(
            Math.Max(0, Inside(box.X1, width) - before), Math.Max(0, Inside(box.Y1, height) - before),
            Math.Min(width, Inside(box.X2, width) + after), Math.Min(height, Inside(box.Y2, height) + after));
    }

    private void DrawBox(PixelRect area, BoxLabel box)
    {
        // Each dash has its own outline, so that a solid box below a dashed one is visible in the gaps.
        var dash = box.IsDashed ? Math.Clamp(Math.Max(area.Width, area.Height) / 5, 2, 4 * _line) : int.MaxValue;
        PixelRect[] strokes = [.. Sides(area).SelectMany(side => Dashes(side, dash))];
        _paint.IsAntialias = false;
        _paint.Color = Outline;
        foreach (var (left, top, right, bottom) in strokes)
            canvas.DrawRect(new(left - OutlineWidth, top - OutlineWidth, right + OutlineWidth, bottom + OutlineWidth), _paint);
        _paint.Color = ColorOf(box);
        foreach (var (left, top, right, bottom) in strokes)
            canvas.DrawRect(new(left, top, right, bottom), _paint);
    }

    private PixelRect[] Sides(PixelRect area) =>
    [
        area with { Bottom = Math.Min(area.Bottom, area.Top + _line) }, area with { Top = Math.Max(area.Top, area.Bottom - _line) },
        area with { Right = Math.Min(area.Right, area.Left + _line) }, area with { Left = Math.Max(area.Left, area.Right - _line) },
    ];

    private static IEnumerable<PixelRect> Dashes(PixelRect side, int dash)
    {
        if (dash >= Math.Max(side.Width, side.Height))
            yield return side;
        else if (side.Width >= side.Height)
            for (var left = side.Left; left < side.Right; left += 2 * dash)
                yield return side with { Left = left, Right = Math.Min(side.Right, left + dash) };
        else
            for (var top = side.Top; top < side.Bottom; top += 2 * dash)
                yield return side with { Top = top, Bottom = Math.Min(side.Bottom, top + dash) };
    }

    private void DrawLabel(BoxLabel box, PixelRect boxArea, LabelLayout layout)
    {
        var pad = _line + 1;
        using var font = new SKFont(Typeface.Value, _textSize) { Edging = SKFontEdging.Antialias, Subpixel = true, Hinting = SKFontHinting.Slight };
        var text = Legible(box.Text, font);
        var textWidth = font.MeasureText(text);
        if (textWidth + (2 * pad) > width)
        {
            font.Size = Math.Max(MinFittedTextSize, font.Size * (width - (2 * pad)) / textWidth);
            textWidth = font.MeasureText(text);
        }

        font.GetFontMetrics(out var metrics);
        var labelWidth = Math.Min((int)MathF.Ceiling(textWidth) + (2 * pad), width);
        var labelHeight = Math.Min((int)MathF.Ceiling(metrics.Descent - metrics.Ascent), height);
        if (layout.Place(boxArea, labelWidth, labelHeight) is not { } label)
            return;
        var color = ColorOf(box);
        var area = new SKRect(label.Left, label.Top, label.Right, label.Bottom);
        _paint.IsAntialias = false;
        _paint.Color = color;
        canvas.DrawRect(area, _paint);
        canvas.Save();
        canvas.ClipRect(area);
        _paint.IsAntialias = true;
        _paint.Color = IsBright(color) ? SKColors.Black : SKColors.White;
        canvas.DrawText(text, label.Left + pad, label.Top - metrics.Ascent, SKTextAlign.Left, font, _paint);
        canvas.Restore();
    }

    private static SKColor ColorOf(BoxLabel box) => PaletteColor(box.ColorIndex);

    /// <summary>Returns a color of the palette; indices above its size wrap around.</summary>
    internal static SKColor PaletteColor(int index) => Palette[index % Palette.Length];

    private static int Inside(float value, int size) => (int)MathF.Round(Math.Clamp(value, 0, size - 1));

    private static bool IsBright(SKColor color) => (.299 * color.Red) + (.587 * color.Green) + (.114 * color.Blue) > 140;

    /// <summary>Replaces characters that the font does not have with question marks.</summary>
    internal static string Legible(string text, SKFont font)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Append(!Rune.IsControl(rune) && font.ContainsGlyph(rune.Value) ? rune.ToString() : "?");
        return result.ToString();
    }
}
