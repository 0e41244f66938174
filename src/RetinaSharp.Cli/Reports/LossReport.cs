using System.Text.Json;
using RetinaSharp.Cli.Losses;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Losses of single logits, for people and as JSON.</summary>
internal static class LossReport
{
    public static void Show(Output output, LossCalculation one)
    {
        output.Result($"logit {Number(one.Logit)}, probability {Number(one.P)}, target {Number(one.Target)}{(one.Pt is { } pt ? $", p_t {Number(pt)}" : "")}");
        output.Result("");
        var table = Tables.Create("", "loss>", "gradient by the logit>");
        foreach (var figure in one.Figures)
            table.AddRow(new Text(figure.Title), new Text(Number(figure.Loss)), new Text(Number(figure.Gradient)));
        output.Result(table);
        output.Result("");
        output.Result(one.TimesBelow is { } times ? $"FL is {Number(times)} times below CE." : "FL is too small to be compared with CE.");
    }

    public static void Write(Utf8JsonWriter writer, LossCalculation one)
    {
        writer.WriteNumber("logit", one.Logit);
        writer.WriteNumber("p", one.P);
        writer.WriteNumber("target", one.Target);
        Write(writer, "p_t", one.Pt);
        writer.WriteNumber("gamma", one.Gamma);
        writer.WriteNumber("alpha", one.Alpha);
        Write(writer, "beta", one.Beta);
        foreach (var figure in one.Figures)
        {
            writer.WriteStartObject(figure.Key);
            writer.WriteNumber("loss", figure.Loss);
            writer.WriteNumber("gradient", figure.Gradient);
            writer.WriteEndObject();
        }

        Write(writer, "ce_over_focal", one.TimesBelow);
    }

    /// <summary>A line an element: its number, its loss, and its gradient, with all digits.</summary>
    public static void Show(Output output, LossValues values)
    {
        output.Result("element loss gradient");
        var width = values.Classes ?? 1;
        for (var i = 0; i < values.Loss.Length; i++)
        {
            var gradient = string.Join(' ', values.Gradient.AsSpan(i * width, width).ToArray().Select(AllDigits));
            output.Result($"{i} {AllDigits(values.Loss[i])} {gradient}");
        }
    }

    public static void Write(Utf8JsonWriter writer, LossValues values)
    {
        writer.WriteStartArray("loss");
        foreach (var loss in values.Loss)
            writer.WriteNumberValue(loss);
        writer.WriteEndArray();
        writer.WriteStartArray("gradient");
        for (var i = 0; i < values.Gradient.Length; i++)
        {
            if (values.Classes is { } classes && i % classes == 0)
                writer.WriteStartArray();
            writer.WriteNumberValue(values.Gradient[i]);
            if (values.Classes is { } width && i % width == width - 1)
                writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } there)
            writer.WriteNumber(name, there);
        else
            writer.WriteNull(name);
    }

    // Adding 0 makes 0 of -0.
    private static string Number(double number) => (number + 0).ToString("G6");

    private static string AllDigits(double number) => number.ToString();
}
