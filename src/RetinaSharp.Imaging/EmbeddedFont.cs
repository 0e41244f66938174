namespace RetinaSharp.Imaging;

/// <summary>The font that comes with this package: Inter Regular (SIL Open Font License 1.1). A machine may have none.</summary>
public static class EmbeddedFont
{
    private const string Resource = "Inter-Regular.ttf";

    /// <summary>Name of its family.</summary>
    public const string Family = "Inter";

    /// <summary>Opens the TrueType file.</summary>
    public static Stream Open() =>
        typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} was not embedded when this assembly was built.");
}
