namespace RetinaSharp.Experiments.Reports;

/// <summary>The files that the build puts into the assembly.</summary>
internal static class EmbeddedFile
{
    public const string Style = "report.css";

    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Trim();
    }
}
