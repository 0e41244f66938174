using RetinaSharp.Experiments.Figures;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// The curves of Lin et al., "Focal Loss for Dense Object Detection": figure 1, and those of its appendix. Without α, which only
/// scales them.
/// </summary>
public static class LossCurves
{
    // Where the curves by x_t begin and end, and where those by p_t begin: cross entropy grows without bound below.
    private const double FarthestLogit = 5, LogitStep = .02, LeastProbability = .01, ProbabilityStep = .002;

    private static readonly double[] Gammas = [0, .5, 1, 2, 5];

    // (2, 1) and (4, 0) are the two that the paper's appendix shows.
    private static readonly (double Gamma, double Beta)[] Stars = [(2, 0), (2, 1), (4, 0), (4, 1)];

    /// <summary>Writes every figure as SVG, with its numbers as CSV beside it.</summary>
    /// <param name="folder">The folder; it is made where it is not there, and files of the same names are replaced.</param>
    /// <returns>The files written.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return [.. Figures.SelectMany(figure => FigureFiles.Write(folder, figure.Name, figure.Chart))];
    }

    internal static IEnumerable<(string Name, LineChart Chart)> Figures =>
    [
        ("loss-by-probability", new("Focal loss against the probability of the true class", "p_t", "loss", [.. Gammas.Select(ByProbability)])),
        ("derivative-by-logit", new("Derivative of focal loss by the logit", "x_t", "dL / dx_t", [.. Gammas.Select(gamma => ByLogit(Name(gamma), Focal(gamma), Derivative))])),
        ("focal-star-by-logit", new("FL* (γ, β) beside focal loss and cross entropy", "x_t", "loss", [.. Family(Value)])),
        ("focal-star-derivative-by-logit", new("Derivatives of FL* (γ, β), focal loss and cross entropy", "x_t", "dL / dx_t", [.. Family(Derivative)])),
    ];

    private static FocalLoss Focal(double gamma) => new(gamma, alpha: null);

    private static string Name(double gamma) => gamma == 0 ? "CE (γ = 0)" : FormattableString.Invariant($"γ = {gamma}");

    private static LineSeries ByProbability(double gamma) => new(Name(gamma), Points(LeastProbability, 1, ProbabilityStep,
        p => p == 1 ? 0 : Value(Focal(gamma), Math.Log(p / (1 - p)))));

    private static IEnumerable<LineSeries> Family(Func<IBinaryLoss, double, double> side) =>
    [
        ByLogit("CE", default(CrossEntropy), side),
        ByLogit("FL (γ = 2)", Focal(2), side),
        .. Stars.Select(star => ByLogit(FormattableString.Invariant($"FL* ({star.Gamma}, {star.Beta})"), new FocalStarLoss(star.Gamma, star.Beta), side)),
    ];

    private static LineSeries ByLogit(string name, IBinaryLoss loss, Func<IBinaryLoss, double, double> side) =>
        new(name, Points(-FarthestLogit, FarthestLogit, LogitStep, x => side(loss, x)));

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

    private static List<(double X, double Y)> Points(double from, double to, double step, Func<double, double> curve)
    {
        var points = new List<(double X, double Y)>();
        for (var i = 0; i <= Math.Round((to - from) / step); i++)
        {
            // Rounded, so that the table shows 0.12 and not its neighbour, and the last place is the end itself.
            var x = Math.Round(from + step * i, 10);
            points.Add((x, curve(x)));
        }

        return points;
    }
}
