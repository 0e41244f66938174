using RetinaSharp.Experiments.Reports;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Charts of the losses for long-tailed classes: seesaw loss and LDAM of two classes, and class-balanced weights.</summary>
internal static class LongTailCurves
{
    // A cross entropy is unbounded at the ends.
    private const double MinProbability = .01, Step = .01;

    // Range of the difference of two logits, which are cosines.
    private const double MinDifference = -.5, MaxDifference = 1;

    // Number of examples of the correct class.
    private const int Examples = 1000;

    private static readonly SeesawLoss Mitigation = new(.8, compensation: 0);

    public static IEnumerable<(string Name, LineChart Chart)> Charts =>
    [
        ("seesaw-loss-by-probability", new("Seesaw loss of two classes", "σ_i", "loss", [.. Seesaws(row => row.Value)])),
        ("seesaw-derivative-by-probability", new("Derivative of seesaw loss by the logit of the wrong class", "σ_i", "dL / dx_j", [.. Seesaws(row => row.Wrong)])),
        ("ldam-loss-by-difference", new("LDAM (s = 30) of two classes", "x_i − x_j", "loss", [.. Ldams(row => row.Value)])),
        ("ldam-derivative-by-difference", new("Derivative of LDAM by the logit of the correct class", "x_i − x_j", "dL / dx_i", [.. Ldams(row => row.Correct)])),
        ("class-balanced-weights", new("Class-balanced weight by number of examples", "n", "weight", [.. Weights], IsXLogarithmic: true, IsYLogarithmic: true)),
    ];

    private static IEnumerable<LineSeries> Weights =>
    [
        .. ((double[])[.9, .99, .999, .9999]).Select(beta => Weight(FormattableString.Invariant($"β = {beta}"), count =>
        {
            // Without the normalization, the weight of a class with one example is 1.
            var weights = ClassBalance.EffectiveNumber([count, 1], beta);
            return (double)weights[0] / weights[1];
        })),
        Weight("1 / n", count => 1.0 / count),
    ];

    private static IEnumerable<LineSeries> Seesaws(Func<Row, double> side) =>
    [
        Seesaw("CE", default, 1, side),
        Seesaw("N_j = N_i", new(), 1, side),
        Seesaw("N_j = .1 N_i", new(), 10, side),
        Seesaw("N_j = .01 N_i", new(), 100, side),
        Seesaw("N_j = .01 N_i, q = 0", Mitigation, 100, side),
    ];

    private static IEnumerable<LineSeries> Ldams(Func<Row, double> side) =>
    [
        Ldam("CE of 30 x", 1, maxMargin: 0, side),
        Ldam("n = 256, Δ = .125", 256, maxMargin: .5, side),
        Ldam("n = 16, Δ = .25", 16, maxMargin: .5, side),
        Ldam("n = 1, Δ = .5", 1, maxMargin: .5, side),
    ];

    private static LineSeries Seesaw(string name, SeesawLoss loss, int timesRarer, Func<Row, double> side)
    {
        var counts = new ClassCounts([Examples, Examples / timesRarer]);
        return new(name, LossCurves.Points(MinProbability, 1 - MinProbability, Step, p =>
        {
            double[] logits = [Math.Log(p / (1 - p)), 0], gradient = new double[2];
            var value = loss.Evaluate(logits, [0], counts, gradient);
            return side(new(value, gradient[0], gradient[1]));
        }));
    }

    private static LineSeries Ldam(string name, long examples, double maxMargin, Func<Row, double> side)
    {
        var loss = new LdamLoss([examples, 1], maxMargin);
        return new(name, LossCurves.Points(MinDifference, MaxDifference, Step, difference =>
        {
            double[] logits = [difference, 0], gradient = new double[2];
            var value = loss.Evaluate(logits, [0], gradient);
            return side(new(value, gradient[0], gradient[1]));
        }));
    }

    private static LineSeries Weight(string name, Func<long, double> weight) =>
        new(name, [.. Enumerable.Range(0, 101).Select(i => (long)Math.Round(Math.Pow(10, i / 20.0))).Distinct().Select(count => ((double)count, weight(count)))]);

    /// <summary>A loss of two classes, and its derivatives with respect to the logit of the correct one and of the wrong one.</summary>
    private readonly record struct Row(double Value, double Correct, double Wrong);
}
