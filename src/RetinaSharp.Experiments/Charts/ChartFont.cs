using RetinaSharp.Imaging;
using ScottPlot;
using SkiaSharp;

namespace RetinaSharp.Experiments.Charts;

/// <summary>
/// Provides ScottPlot with the font that is embedded in RetinaSharp.Imaging. Without it, text would silently be missing on machines without fonts.
/// </summary>
internal sealed class ChartFont : IFontResolver
{
    private static readonly Lazy<SKTypeface> Typeface = new(() =>
    {
        using var stream = EmbeddedFont.Open();
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    });

    static ChartFont()
    {
        Fonts.FontResolvers.Insert(0, new ChartFont());
        Fonts.Default = EmbeddedFont.Family;
        Fonts.Sans = EmbeddedFont.Family;
    }

    /// <summary>Registers the font with ScottPlot. The static constructor, which the first call triggers, does the work.</summary>
    public static void Register()
    {
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == EmbeddedFont.Family ? Typeface.Value : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => CreateTypeface(fontName, false, false);
}
