using RetinaSharp.Experiments.Charts;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// Plots loss functions and their derivatives as in Lin et al., "Focal Loss for Dense Object Detection": figure 1 and the figures of the appendix, and those of
/// the losses that followed, of those for long-tailed classes and of the box losses. The losses are without α, which would only scale the curves.
/// </summary>
public static class LossCurves
{
    // Range of x_t, symmetric around 0, and lower end of the range of p_t: cross entropy is unbounded at p_t = 0.
    private const double MaxLogit = 5, LogitStep = .02, MinProbability = .01, ProbabilityStep = .002;

    private static readonly double[] Gammas = [0, .5, 1, 2, 5];

    // (γ, β) of the curves of FL*. The paper's appendix has (2, 1) and (4, 0).
    private static readonly (double Gamma, double Beta)[] Stars = [(2, 0), (2, 1), (4, 0), (4, 1)];

    /// <summary>Writes all charts as SVG and CSV.</summary>
    /// <param name="folder">The folder, which is created if needed; existing files are replaced.</param>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return [.. Charts.SelectMany(one => ChartFiles.Write(folder, one.Name, one.Chart))];
    }

    internal static IEnumerable<(string Name, LineChart Chart)> Charts =>
    [
        ("loss-by-probability", new("Focal loss against the probability of the true class", "p_t", "loss", [.. Gammas.Select(ByProbability)])),
        ("derivative-by-logit", new("Derivative of focal loss with respect to the logit", "x_t", "dL / dx_t", [.. Gammas.Select(gamma => ByLogit(Name(gamma), Focal(gamma), Derivative))])),
        ("focal-star-by-logit", new("FL* (γ, β), focal loss and cross entropy", "x_t", "loss", [.. Family(Value)])),
        ("focal-star-derivative-by-logit", new("Derivatives of FL* (γ, β), focal loss and cross entropy", "x_t", "dL / dx_t", [.. Family(Derivative)])),
        .. SigmoidLossCurves.Charts,
        .. LongTailCurves.Charts,
        .. BoxCurves.Charts,
    ];

    private static FocalLoss Focal(double gamma) => new(gamma, alpha: null);

    private static string Name(double gamma) => gamma == 0 ? "CE (γ = 0)" : FormattableString.Invariant($"γ = {gamma}");

    private static LineSeries ByProbability(double gamma) => new(Name(gamma), Points(MinProbability, 1, ProbabilityStep,
        p => p == 1 ? 0 : Value(Focal(gamma), Math.Log(p / (1 - p)))));

    private static IEnumerable<LineSeries> Family(Func<IBinaryLoss, double, double> side) =>
    [
        ByLogit("CE", default(CrossEntropy), side),
        ByLogit("FL (γ = 2)", Focal(2), side),
        .. Stars.Select(star => ByLogit(FormattableString.Invariant($"FL* ({star.Gamma}, {star.Beta})"), new FocalStarLoss(star.Gamma, star.Beta), side)),
    ];

    private static LineSeries ByLogit(string name, IBinaryLoss loss, Func<IBinaryLoss, double, double> side) =>
        new(name, Points(-MaxLogit, MaxLogit, LogitStep, x => side(loss, x)));

    private static double Value(IBinaryLoss loss, double logit)
    {
        loss.Evaluate(logit, out var value, out _);
        return value;
    }

    private static double Derivative(IBinaryLoss loss, double logit)
    {
        loss.Evaluate(logit, out _, out var derivative);
        return derivative;
    }

    internal static List<(double X, double Y)> Points(double from, double to, double step, Func<double, double> curve)
    {
        var points = new List<(double X, double Y)>();
        for (var i = 0; i <= Math.Round((to - from) / step); i++)
        {
            // Rounded, so that the table shows 0.12 instead of 0.12000000000000001, and the last point is exactly the end.
            var x = Math.Round(from + step * i, 10);
            points.Add((x, curve(x)));
        }

        return points;
    }
}
