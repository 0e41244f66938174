namespace RetinaSharp.Experiments.Reports;

/// <summary>The files that the build puts into the assembly.</summary>
internal static class EmbeddedFile
{
    public const string Style = "report.css";

    public const string Script = "report.js";

    public const string ChartStyle = "uplot/uPlot.min.css";

    public const string ChartScript = "uplot/uPlot.iife.min.js";

    public const string ChartLicence = "uplot/LICENSE";

    public const string ChartPackage = "uplot/package.json";

    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Trim();
    }
}
