using System.Text;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Figures;

/// <summary>Figures as files: the picture, and its numbers beside it.</summary>
internal static class FigureFiles
{
    /// <summary>Writes NAME.svg and NAME.csv, each complete or not there at all.</summary>
    /// <param name="folder">The folder; it is made where it is not there.</param>
    /// <param name="name">Name without extension; files that are there are replaced.</param>
    /// <param name="chart">What is shown.</param>
    /// <returns>The two files.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, string name, LineChart chart)
    {
        Directory.CreateDirectory(folder);
        return [Write(Path.Combine(folder, $"{name}.svg"), ChartSvg.RenderFile(chart)), Write(Path.Combine(folder, $"{name}.csv"), CsvTable.Render(chart))];
    }

    private static string Write(string path, string text)
    {
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));
        return path;
    }
}
