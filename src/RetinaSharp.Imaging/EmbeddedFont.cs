namespace RetinaSharp.Imaging;

/// <summary>The embedded font, Inter Regular (SIL Open Font License 1.1), for machines without fonts.</summary>
public static class EmbeddedFont
{
    private const string Resource = "Inter-Regular.ttf";

    /// <summary>Name of the font family.</summary>
    public const string Family = "Inter";

    /// <summary>Opens the TrueType file.</summary>
    public static Stream Open() =>
        typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} was not embedded when this assembly was built.");
}
