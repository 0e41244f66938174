using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Creates the report of a search: its result, what mattered, and all trials.</summary>
internal static class TuningReport
{
    /// <summary>Creates the report.</summary>
    /// <param name="options">Options of the search.</param>
    /// <param name="result">The result.</param>
    public static Report Create(TuningOptions options, TuningResult result)
    {
        var lead = $"A search over {string.Join(", ", result.Dimensions.Select(dimension => dimension.Name))} by successive halving. "
            + (result.IsComplete ? "All planned runs are finished." : "The budget ended before all planned runs were finished; the same command with a longer budget goes on.");
        var sections = new List<ReportSection> { Outcome(options, result) };
        if (result.Trials.Count > 0)
            sections.AddRange([WhatMattered(result), new("Trials", [Trials(result)])]);
        return new("Search of settings", lead, sections);
    }

    /// <summary>Formats a value of a dimension.</summary>
    public static string Value(double value) => value is 0 or (>= .001 and < 1e5) ? value.ToString("0.#####") : value.ToString("0.###E0");

    private static ReportSection Outcome(TuningOptions options, TuningResult result)
    {
        var time = $"{ReportText.Duration(result.Spent)} of {ReportText.Duration(options.Budget)}";
        if (result.Best is not { } best)
            return new("Result", [new Paragraph($"There is no result after {time}: {(result.Trials.Count == 0 ? "the first run is not finished" : "all runs diverged")}.")]);
        var blocks = new List<ReportBlock>
        {
            new KeyMetrics(
            [
                new("AP of the best trial", ReportText.Metric(best.Last!.Metrics.AP), $"trial {best.Number}, {Epochs(best.Epochs)}"),
                new("AP50", ReportText.Metric(best.Last.Metrics.AP50)),
                new("Trials", $"{result.Trials.Count}", $"{result.Planned} planned"),
                new("Time", ReportText.Duration(result.Spent), $"of {ReportText.Duration(options.Budget)}"),
            ]),
        };
        if (result.Comparison is var (epochs, first, same) && best.Number != 0)
            blocks.Add(new Paragraph($"After {Epochs(epochs)}, the settings that the search started from have an AP of {ReportText.Metric(first.Metrics.AP)}, the best trial {ReportText.Metric(same.Metrics.AP)}."));
        blocks.AddRange(
        [
            new Paragraph($"The best trial is selected by its AP on the validation set, so that this AP is biased upward. Compare models on images that neither training nor the search has seen."),
            new ReportTable("Settings", ["Setting", "Start", "Best trial", "Searched"],
            [
                .. result.Dimensions.Zip(best.Values, (dimension, value) => (IReadOnlyList<TableCell>)
                    [dimension.Name, Value(dimension.Preset), Value(value), dimension.Steps is { } steps ? string.Join(", ", steps.Select(Value)) : $"{Value(dimension.Low)} to {Value(dimension.High)}"]),
            ]),
            new Paragraph($"All settings of the best trial are in {Path.GetFileName(TuningFolder.Best(options.Folder))}. To train with them: {options.TrainCommand}"),
            new Paragraph($"This search: {options.Command}. {options.Machine}."),
        ]);
        return new("Result", blocks);
    }

    private static ReportSection WhatMattered(TuningResult result)
    {
        var blocks = new List<ReportBlock> { new Paragraph(result.Conclusion) };
        if (result.Effects.Count > 0)
        {
            blocks.Add(new ReportTable($"Effect on AP after {Epochs(result.Rungs[0])}", ["Setting", "Rank correlation", "Interval", "Best third", "Worst third", "Difference", "Interval", "Significant"],
            [
                .. result.Effects.Select(effect => (IReadOnlyList<TableCell>)
                [
                    effect.Dimension.Name, effect.Correlation?.ToString("0.00") ?? TableCell.None, Interval(effect.CorrelationInterval, "0.00"),
                    Value(Digits(effect.BestThird)), Value(Digits(effect.WorstThird)), Difference(effect, effect.Difference),
                    effect.DifferenceInterval is var (low, high) ? $"{Difference(effect, low)} to {Difference(effect, high)}" : TableCell.None, effect.IsSignificant ? "yes" : "no",
                ]),
            ]));
            blocks.Add(new Paragraph("Rank correlation (Spearman): 1 if AP always rises with the setting, -1 if it always falls. Best and worst third: mean value of the trials with the highest and with the lowest AP; "
                + "a difference marked × is a ratio. Intervals are by bootstrap, and hold for all settings together with 95 % confidence. An effect whose best value lies in the middle of the range shows in the charts only."));
        }

        foreach (var (index, dimension) in result.Dimensions.Index())
        {
            var series = result.Rungs.Select(epochs => new LineSeries(Epochs(epochs), [.. result.Trials.Where(trial => trial.At(epochs) is not null).Select(trial => (trial.Values[index], trial.At(epochs)!.Metrics.AP))]))
                .Where(one => one.Points.Count > 0).Take(LineChart.MaxSeries).ToList();
            blocks.Add(new LineChart($"AP by {dimension.Name}", dimension.Name, "AP", series) { IsScatter = true });
        }

        return new("What mattered", blocks);
    }

    private static ReportTable Trials(TuningResult result)
    {
        var ranked = result.Trials.OrderByDescending(trial => trial.Epochs).ThenByDescending(trial => trial.Last!.Metrics.AP).ToList();
        return new("Trials, the best first", ["Trial", .. result.Rungs.Select(epochs => $"AP, {Epochs(epochs)}"), .. result.Dimensions.Select(dimension => dimension.Name), "Training", "Note"],
        [
            .. ranked.Select(trial => (IReadOnlyList<TableCell>)
            [
                trial.Number == 0 ? "0, start" : $"{trial.Number}",
                .. result.Rungs.Select(epochs => new TableCell(ReportText.Metric(trial.At(epochs)?.Metrics.AP), IsBest: trial == result.Best && epochs == trial.Epochs)),
                .. trial.Values.Select(value => (TableCell)Value(value)),
                ReportText.Duration(TimeSpan.FromSeconds(trial.Runs.Sum(run => run.Result.Seconds))),
                trial.Runs.Select(run => run.Result.Failure).FirstOrDefault(failure => failure is not null) ?? TableCell.None,
            ]),
        ]);
    }

    private static string Epochs(int epochs) => epochs == 1 ? "1 epoch" : $"{epochs} epochs";

    private static string Interval((double Low, double High)? interval, string format) =>
        interval is var (low, high) ? $"{low.ToString(format)} to {high.ToString(format)}" : TableCell.None;

    private static string Difference(DimensionEffect effect, double value) => effect.Dimension.IsLogarithmic ? $"× {value:0.00}" : $"{value:0.00}";

    // Means have more digits than they are worth.
    private static double Digits(double value) => double.Parse(value.ToString("G3"));
}
