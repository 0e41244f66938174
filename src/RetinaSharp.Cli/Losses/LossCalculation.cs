using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Losses;

/// <summary>Cross entropy, focal loss and FL* of one logit and target, with their derivatives with respect to the logit, in fp64.</summary>
internal sealed record LossCalculation
{
    private const string FocalKey = "focal", CrossEntropyKey = "ce";

    /// <summary>Computes the losses.</summary>
    /// <param name="logit">The logit, finite.</param>
    /// <param name="target">The target, in [0, 1].</param>
    /// <param name="gamma">γ of focal loss and FL*, at least 0.</param>
    /// <param name="alpha">α of the α-balanced losses, in [0, 1].</param>
    /// <param name="beta">β of FL*, which needs γ above 0; null: FL* is not computed.</param>
    public LossCalculation(double logit, double target, double gamma, double alpha, double? beta)
    {
        (Logit, Target, Gamma, Alpha, Beta) = (logit, target, gamma, alpha, beta);
        var gammaTitle = $"γ = {gamma}";
        var alphaTitle = $"α = {alpha}";
        Losses =
        [
            Compute(CrossEntropyKey, "CE", default(CrossEntropy)),
            Compute("alpha_ce", $"α-balanced CE ({alphaTitle})", new CrossEntropy(alpha)),
            Compute(FocalKey, $"FL ({gammaTitle})", new FocalLoss(gamma, alpha: null)),
            Compute("alpha_focal", $"α-balanced FL ({gammaTitle}, {alphaTitle})", new FocalLoss(gamma, alpha)),
        ];
        if (beta is { } shift)
            Losses = [.. Losses, Compute("focal_star", $"FL* ({gammaTitle}, β = {shift})", new FocalStarLoss(gamma, shift))];
    }

    public double Logit { get; }

    public double Target { get; }

    public double Gamma { get; }

    public double Alpha { get; }

    public double? Beta { get; }

    /// <summary>The predicted probability: the sigmoid of the logit.</summary>
    public double P => Sigmoid(Logit);

    /// <summary>p_t, the probability of the target class; null for a soft target.</summary>
    public double? Pt => Target == 1 ? P : Target == 0 ? Sigmoid(-Logit) : null;

    public IReadOnlyList<NamedLoss> Losses { get; }

    /// <summary>Cross entropy divided by focal loss, both without α; null if the quotient is not finite, because focal loss is 0 or too small.</summary>
    public double? Ratio => this[CrossEntropyKey] / this[FocalKey] is var ratio && double.IsFinite(ratio) ? ratio : null;

    private double this[string key] => Losses.First(loss => loss.Key == key).Value;

    private NamedLoss Compute<TLoss>(string key, string title, TLoss loss) where TLoss : struct, IBinaryLoss =>
        new(key, title, loss.Value(Logit, Target), loss.Derivative(Logit, Target));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
