namespace RetinaSharp.Experiments.Reports;

/// <summary>Reads text files that are embedded in this assembly as resources.</summary>
internal static class EmbeddedFile
{
    public const string Style = "report.css";

    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Trim();
    }
}
