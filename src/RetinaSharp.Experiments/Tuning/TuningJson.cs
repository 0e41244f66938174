using System.Text.Json;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Writes the result of a search as JSON: the trials with all their runs, and the effect of each setting.</summary>
public static class TuningJson
{
    /// <summary>
    /// Writes the result as properties of the current JSON object: command, train_command, machine, budget_seconds, seconds, complete, rungs, planned_trials, best,
    /// effects and trials.
    /// </summary>
    /// <param name="writer">The writer.</param>
    /// <param name="options">Options of the search.</param>
    /// <param name="result">The result.</param>
    public static void Write(Utf8JsonWriter writer, TuningOptions options, TuningResult result)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(result);
        writer.WriteString("command", options.Command);
        writer.WriteString("train_command", options.TrainCommand);
        writer.WriteString("machine", options.Machine);
        writer.WriteNumber("budget_seconds", options.Budget.TotalSeconds);
        writer.WriteNumber("seconds", result.Spent.TotalSeconds);
        writer.WriteBoolean("complete", result.IsComplete);
        writer.WriteStartArray("rungs");
        foreach (var epochs in result.Rungs)
            writer.WriteNumberValue(epochs);
        writer.WriteEndArray();
        writer.WriteNumber("planned_trials", result.Planned);
        if (result.Best is { } best)
        {
            writer.WriteStartObject("best");
            writer.WriteNumber("trial", best.Number);
            writer.WriteNumber("epochs", best.Epochs);
            writer.WriteNumber("AP", best.Last!.Metrics.AP);
            writer.WriteString("config", TuningFolder.Best(options.Folder));
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("best");
        }

        writer.WriteStartArray("effects");
        foreach (var effect in result.Effects)
            Write(writer, effect);
        writer.WriteEndArray();
        writer.WriteStartArray("trials");
        foreach (var trial in result.Trials)
            Write(writer, result.Dimensions, trial);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, DimensionEffect effect)
    {
        writer.WriteStartObject();
        writer.WriteString("setting", effect.Dimension.Name);
        if (effect.Correlation is { } correlation)
            writer.WriteNumber("rank_correlation", correlation);
        else
            writer.WriteNull("rank_correlation");
        Write(writer, "rank_correlation_interval", effect.CorrelationInterval);
        writer.WriteNumber("best_third", effect.BestThird);
        writer.WriteNumber("worst_third", effect.WorstThird);
        writer.WriteString("compared_by", effect.Dimension.IsLogarithmic ? "ratio" : "difference");
        writer.WriteNumber("difference", effect.Difference);
        Write(writer, "difference_interval", effect.DifferenceInterval);
        writer.WriteBoolean("significant", effect.IsSignificant);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, (double Low, double High)? interval)
    {
        if (interval is not var (low, high))
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        writer.WriteNumberValue(low);
        writer.WriteNumberValue(high);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<TuningDimension> dimensions, Trial trial)
    {
        writer.WriteStartObject();
        writer.WriteNumber("trial", trial.Number);
        writer.WriteStartObject("values");
        foreach (var (dimension, value) in dimensions.Zip(trial.Values))
            writer.WriteNumber(dimension.Name, value);
        writer.WriteEndObject();
        writer.WritePropertyName("trainings");
        JsonSerializer.Serialize(writer, [.. trial.Runs.Select(run => run.Result)], RunJsonContext.Default.IReadOnlyListRunResult);
        writer.WriteEndObject();
    }
}
