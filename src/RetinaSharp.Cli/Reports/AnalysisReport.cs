using System.Text.Json;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Analysis;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the distribution of the loss over anchors as text or JSON.</summary>
internal static class AnalysisReport
{
    private static readonly (double Fraction, string Title, string Key)[] Hardest =
        [(.2, "hardest 20 %", "hardest_20_percent"), (.1, "hardest 10 %", "hardest_10_percent"), (.01, "hardest 1 %", "hardest_1_percent")];

    public static void Show(Output output, LossAnalysis analysis)
    {
        output.Result($"{analysis.Images} images: {analysis.Positives[0].Anchors} positive anchors, {analysis.Negatives[0].Anchors} negative, {analysis.Ignored} ignored");
        output.Result("");
        var table = Tables.Create(["share of the loss", "γ>", .. Hardest.Select(one => $"{one.Title}>"), "mean loss>"]);
        Add("positives", analysis.Positives);
        Add("negatives", analysis.Negatives);
        output.Result(table);

        void Add(string side, IReadOnlyList<LossDistribution> distributions)
        {
            foreach (var one in distributions)
                table.AddRow(
                [
                    new Text(side), new Text(Number(one.Gamma, "0.##")),
                    .. Hardest.Select(part => new Text(one.ShareOfHardest(part.Fraction) is { } share ? $"{Number(100 * share, "0.0")} %" : Tables.None)),
                    new Text(one.Anchors > 0 ? Number(one.Loss / one.Anchors, "G4") : Tables.None),
                ]);
        }
    }

    public static void Write(Utf8JsonWriter writer, LossAnalysis analysis)
    {
        writer.WriteNumber("images", analysis.Images);
        writer.WriteNumber("ignored", analysis.Ignored);
        Write(writer, "positives", analysis.Positives);
        Write(writer, "negatives", analysis.Negatives);
    }

    private static void Write(Utf8JsonWriter writer, string side, IReadOnlyList<LossDistribution> distributions)
    {
        writer.WriteStartObject(side);
        writer.WriteNumber("anchors", distributions[0].Anchors);
        writer.WriteStartArray("distributions");
        foreach (var one in distributions)
        {
            writer.WriteStartObject();
            writer.WriteNumber("gamma", one.Gamma);
            writer.WriteNumber("loss", one.Loss);
            foreach (var (fraction, _, key) in Hardest)
            {
                if (one.ShareOfHardest(fraction) is { } share)
                    writer.WriteNumber(key, share);
                else
                    writer.WriteNull(key);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Number(double number, string format) => number.ToString(format);
}
