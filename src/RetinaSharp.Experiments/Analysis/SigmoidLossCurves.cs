using RetinaSharp.Experiments.Reports;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Charts of the sigmoid losses that followed focal loss, and their derivatives with respect to the logit.</summary>
internal static class SigmoidLossCurves
{
    // A cross entropy is unbounded at the ends.
    private const double MinProbability = .005, Step = .005;

    // Target of a positive whose predicted box has this IoU.
    private const double Quality = .7;

    /// <summary>A rare class that has received nearly no gradient as a positive: γ 9.2.</summary>
    private static readonly EqualizedFocalLoss Rare = new(new([1], [10]), 2, 8, alpha: null);

    public static IEnumerable<(string Name, LineChart Chart)> Charts =>
    [
        ("negative-loss-by-probability", new("Loss of a negative against the predicted probability", "p", "loss", [.. Negatives((loss, x) => loss(x, 0).Value)])),
        ("negative-derivative-by-probability", new("Derivative of a negative's loss with respect to the logit", "p", "dL / dx", [.. Negatives((loss, x) => loss(x, 0).Derivative)])),
        ("positive-loss-by-probability", new("Loss of a positive against the predicted probability", "p", "loss", [.. Positives((loss, x) => loss(x, 1).Value)])),
        ("positive-derivative-by-probability", new("Derivative of a positive's loss with respect to the logit", "p", "dL / dx", [.. Positives((loss, x) => loss(x, 1).Derivative)])),
        ("poly-loss-by-probability", new("Poly-1 focal loss (γ = 2) against the probability of the true class", "p_t", "loss", [.. Polynomials((loss, x) => loss(x, 1).Value)])),
        ("poly-derivative-by-probability", new("Derivative of Poly-1 focal loss (γ = 2) by the logit", "p_t", "dL / dx_t", [.. Polynomials((loss, x) => loss(x, 1).Derivative)])),
        ("quality-loss-by-probability", new("Loss of a positive of quality .7 against the predicted probability", "p", "loss", [.. Qualities((loss, x) => loss(x, Quality).Value)])),
        ("quality-derivative-by-probability", new("Derivative of the loss of a positive of quality .7 with respect to the logit", "p", "dL / dx", [.. Qualities((loss, x) => loss(x, Quality).Derivative)])),
    ];

    private delegate (double Value, double Derivative) Curve(double logit, double target);

    private static IEnumerable<LineSeries> Polynomials(Func<Curve, double, double> side) =>
    [
        Series("CE", x => side(Of(default(CrossEntropy)), x)),
        .. ((double[])[-1, 0, 1, 3]).Select(epsilon =>
            Series(FormattableString.Invariant($"ε = {epsilon}"), x => side(Of(new PolyFocalLoss(epsilon, 2, alpha: null)), x))),
    ];

    private static IEnumerable<LineSeries> Positives(Func<Curve, double, double> side) =>
    [
        Series("CE, ASL (γ₊ = 0)", x => side(Of(default(CrossEntropy)), x)),
        Series("ASL (γ₊ = 1)", x => side(Of(new AsymmetricLoss(1)), x)),
        Series("FL, QFL (γ = 2)", x => side(Of(new FocalLoss(2, alpha: null)), x)),
        Series("Poly-1 (ε = 1, γ = 2)", x => side(Of(new PolyFocalLoss(1, 2, alpha: null)), x)),
        Series("EFL, rare class (g = .1)", x => side(Of(Rare), x)),
    ];

    private static IEnumerable<LineSeries> Negatives(Func<Curve, double, double> side) =>
    [
        Series("CE", x => side(Of(default(CrossEntropy)), x)),
        Series("FL, QFL (γ = 2)", x => side(Of(new FocalLoss(2, alpha: null)), x)),
        Series("VFL (α = .75, γ = 2)", x => side(Of(new VarifocalLoss()), x)),
        Series("Poly-1 (ε = 1, γ = 2)", x => side(Of(new PolyFocalLoss(1, 2, alpha: null)), x)),
        Series("ASL (γ₋ = 4, m = .05)", x => side(Of(new AsymmetricLoss()), x)),
        Series("EFL, rare class (g = .1)", x => side(Of(Rare), x)),
    ];

    private static IEnumerable<LineSeries> Qualities(Func<Curve, double, double> side) =>
    [
        Series("CE", x => side(Of(default(CrossEntropy)), x)),
        Series("FL (γ = 2), soft target", x => side(Of(new FocalLoss(2, alpha: null)), x)),
        Series("QFL (β = 2)", x => side(Of(new QualityFocalLoss()), x)),
        Series("VFL", x => side(Of(new VarifocalLoss()), x)),
    ];

    private static Curve Of<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss => (x, y) => (loss.Value(x, y), loss.Derivative(x, y));

    private static LineSeries Series(string name, Func<double, double> curve) =>
        new(name, LossCurves.Points(MinProbability, 1 - MinProbability, Step, p => curve(Math.Log(p / (1 - p)))));
}
