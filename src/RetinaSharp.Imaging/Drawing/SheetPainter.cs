using SkiaSharp;

namespace RetinaSharp.Imaging.Drawing;

/// <summary>Lays out and draws a <see cref="ContactSheet"/>. All lengths are in pixels.</summary>
internal sealed class SheetPainter : IDisposable
{
    private const int Margin = 16, Gap = 10, CaptionHeight = 20, LegendRow = 24, TitleHeight = 34, Swatch = 16;
    private const float CaptionSize = 13, LegendSize = 14, TitleSize = 20;

    // Part of a swatch that a dash takes; the gap is as long.
    private const int SwatchDash = 4;
    private const string Ellipsis = "…";

    private static readonly SKColor Background = new(250, 250, 251), Ink = new(28, 36, 48), Muted = new(86, 96, 114);

    private readonly string _title;
    private readonly SheetImage[] _images;
    private readonly int _columns;
    private readonly int _cellWidth;
    private readonly List<(int X, int Row, SheetLegend Entry)> _legend = [];
    private readonly int[] _rowHeights;
    private readonly SKPaint _paint = new() { IsAntialias = true };
    private readonly bool _hasCaptions;
    private readonly int _top;

    public SheetPainter(string title, IReadOnlyList<SheetImage> images, int columns, int cellSide, IReadOnlyList<SheetLegend> legend)
    {
        (_title, _columns) = (title, Math.Min(columns, images.Count));
        _images = [.. images.Select(one => one with { Image = Fitted(one.Image, cellSide) })];
        _cellWidth = cellSide;
        _hasCaptions = images.Any(one => one.Caption.Length > 0);
        _rowHeights = [.. _images.Chunk(_columns).Select(row => row.Max(one => one.Image.Height))];
        using var titleFont = Font(TitleSize);
        using var legendFont = Font(LegendSize);
        var titleWidth = title.Length == 0 ? 0 : (int)MathF.Ceiling(titleFont.MeasureText(BoxPainter.Legible(title, titleFont)));
        Width = Math.Max(2 * Margin + _columns * _cellWidth + (_columns - 1) * Gap, 2 * Margin + titleWidth);
        var (x, row) = (Margin, 0);
        foreach (var entry in legend)
        {
            var width = Swatch + 6 + (int)MathF.Ceiling(legendFont.MeasureText(BoxPainter.Legible(entry.Text, legendFont))) + 16;
            if (x > Margin && x + width > Width - Margin)
                (x, row) = (Margin, row + 1);
            _legend.Add((x, row, entry));
            x += width;
        }

        _top = Margin + (title.Length > 0 ? TitleHeight : 0) + (legend.Count > 0 ? (row + 1) * LegendRow + Gap / 2 : 0);
        Height = _top + _rowHeights.Sum() + _rowHeights.Length * (_hasCaptions ? CaptionHeight : 0) + (_rowHeights.Length - 1) * Gap + Margin;
    }

    /// <summary>Width of the sheet.</summary>
    public int Width { get; }

    /// <summary>Height of the sheet.</summary>
    public int Height { get; }

    /// <summary>Draws the sheet on a canvas of its size.</summary>
    public void Draw(SKCanvas canvas)
    {
        canvas.Clear(Background);
        if (_title.Length > 0)
            DrawText(canvas, _title, Margin, Margin + TitleSize, TitleSize, Ink);
        foreach (var (x, row, entry) in _legend)
            DrawLegend(canvas, x, Margin + (_title.Length > 0 ? TitleHeight : 0) + row * LegendRow, entry);
        var top = _top;
        foreach (var (row, images) in _images.Chunk(_columns).Index())
        {
            foreach (var (column, one) in images.Index())
            {
                var left = Margin + column * (_cellWidth + Gap);
                DrawImage(canvas, one.Image, left, top);
                if (one.Caption.Length > 0)
                    DrawText(canvas, Shortened(one.Caption), left, top + one.Image.Height + CaptionSize + 2, CaptionSize, Muted);
            }

            top += _rowHeights[row] + (_hasCaptions ? CaptionHeight : 0) + Gap;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _paint.Dispose();

    private static Image Fitted(Image image, int side)
    {
        var scale = Math.Min(1, (double)side / Math.Max(image.Width, image.Height));
        return image.Resize(Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
    }

    private static SKFont Font(float size) =>
        new(BoxPainter.Typeface.Value, size) { Edging = SKFontEdging.Antialias, Subpixel = true, Hinting = SKFontHinting.Slight };

    private static unsafe void DrawImage(SKCanvas canvas, Image image, int left, int top)
    {
        using var pixels = RgbaPixels.FromRgb(image.Pixels, image.Width, image.Height);
        fixed (byte* rgba = pixels.Bytes)
        {
            using var pixmap = new SKPixmap(new(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)rgba);
            using var drawn = SKImage.FromPixels(pixmap);
            canvas.DrawImage(drawn, left, top, new SKSamplingOptions(SKFilterMode.Nearest));
        }
    }

    private void DrawText(SKCanvas canvas, string text, float x, float baseline, float size, SKColor color)
    {
        using var font = Font(size);
        _paint.Color = color;
        canvas.DrawText(BoxPainter.Legible(text, font), x, baseline, SKTextAlign.Left, font, _paint);
    }

    private void DrawLegend(SKCanvas canvas, int x, int top, SheetLegend entry)
    {
        _paint.Color = BoxPainter.PaletteColor(entry.ColorIndex);
        if (entry.IsDashed)
            for (var dash = 0; dash < Swatch; dash += 2 * SwatchDash)
                canvas.DrawRect(x + dash, top + Swatch / 2f - 1, SwatchDash, 3, _paint);
        else
            canvas.DrawRect(x, top + 1, Swatch, Swatch, _paint);
        DrawText(canvas, entry.Text, x + Swatch + 6, top + LegendSize, LegendSize, Ink);
    }

    // Shortens in the middle: file names often differ only at their end.
    private string Shortened(string caption)
    {
        using var font = Font(CaptionSize);
        if (font.MeasureText(BoxPainter.Legible(caption, font)) <= _cellWidth)
            return caption;
        for (var kept = caption.Length - 1; kept > 1; kept--)
        {
            var text = string.Concat(caption.AsSpan(0, kept / 2), Ellipsis, caption.AsSpan(caption.Length - (kept - kept / 2)));
            if (font.MeasureText(BoxPainter.Legible(text, font)) <= _cellWidth)
                return text;
        }

        return Ellipsis;
    }
}
