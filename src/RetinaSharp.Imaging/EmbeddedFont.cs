namespace RetinaSharp.Imaging;

/// <summary>The font that is embedded in this assembly, Inter Regular (SIL Open Font License 1.1), for machines without fonts.</summary>
public static class EmbeddedFont
{
    private const string Resource = "Inter-Regular.ttf";

    /// <summary>Name of the font family.</summary>
    public const string Family = "Inter";

    /// <summary>Opens the TrueType file of the font.</summary>
    public static Stream Open() =>
        typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} was not embedded when this assembly was built.");
}
