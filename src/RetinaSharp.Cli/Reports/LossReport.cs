using System.Text.Json;
using RetinaSharp.Cli.Losses;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the losses of <c>retina loss</c> as text or JSON.</summary>
internal static class LossReport
{
    public static void Show(Output output, LossCalculation calculation)
    {
        output.Result($"logit {Number(calculation.Logit)}, probability {Number(calculation.P)}, target {Number(calculation.Target)}{(calculation.Pt is { } pt ? $", p_t {Number(pt)}" : "")}");
        output.Result("");
        var table = Tables.Create("", "loss>", "gradient>");
        foreach (var loss in calculation.Losses)
            table.AddRow(new Text(loss.Title), new Text(Number(loss.Value)), new Text(Number(loss.Gradient)));
        output.Result(table);
        output.Result("");
        output.Result(calculation.Ratio is { } ratio ? $"CE is {Number(ratio)} times FL." : "FL is too small for the ratio CE / FL.");
    }

    public static void Write(Utf8JsonWriter writer, LossCalculation calculation)
    {
        writer.WriteNumber("logit", calculation.Logit);
        writer.WriteNumber("p", calculation.P);
        writer.WriteNumber("target", calculation.Target);
        Write(writer, "p_t", calculation.Pt);
        writer.WriteNumber("gamma", calculation.Gamma);
        writer.WriteNumber("alpha", calculation.Alpha);
        Write(writer, "beta", calculation.Beta);
        foreach (var loss in calculation.Losses)
        {
            writer.WriteStartObject(loss.Key);
            writer.WriteNumber("loss", loss.Value);
            writer.WriteNumber("gradient", loss.Gradient);
            writer.WriteEndObject();
        }

        Write(writer, "ce_over_focal", calculation.Ratio);
    }

    /// <summary>Prints a line per element of the input: its index, loss and gradient, with all digits.</summary>
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
        if (number is { } value)
            writer.WriteNumber(name, value);
        else
            writer.WriteNull(name);
    }

    // Adding 0 turns -0 into 0.
    private static string Number(double number) => (number + 0).ToString("G6");

    private static string AllDigits(double number) => number.ToString();
}
