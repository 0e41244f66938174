using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Losses;

/// <summary>The members of the family at one logit, in double.</summary>
internal sealed record LossCalculation
{
    private const string Focal = "focal", CrossEntropyName = "ce";

    /// <param name="logit">x, finite.</param>
    /// <param name="target">y in [0, 1].</param>
    /// <param name="gamma">γ, 0 or more.</param>
    /// <param name="alpha">α of the balanced members, in [0, 1].</param>
    /// <param name="beta">β of FL*, which needs γ above 0; null: without FL*.</param>
    public LossCalculation(double logit, double target, double gamma, double alpha, double? beta)
    {
        (Logit, Target, Gamma, Alpha, Beta) = (logit, target, gamma, alpha, beta);
        var setting = $"γ = {gamma}";
        var balance = $"α = {alpha}";
        Figures =
        [
            Of(CrossEntropyName, "CE", default(CrossEntropy)),
            Of("alpha_ce", $"α-balanced CE ({balance})", new CrossEntropy(alpha)),
            Of(Focal, $"FL ({setting})", new FocalLoss(gamma, alpha: null)),
            Of("alpha_focal", $"α-balanced FL ({setting}, {balance})", new FocalLoss(gamma, alpha)),
        ];
        if (beta is { } shift)
            Figures = [.. Figures, Of("focal_star", $"FL* ({setting}, β = {shift})", new FocalStarLoss(gamma, shift))];
    }

    public double Logit { get; }

    public double Target { get; }

    public double Gamma { get; }

    public double Alpha { get; }

    public double? Beta { get; }

    /// <summary>The sigmoid of the logit.</summary>
    public double P => ProbabilityOf(Logit);

    /// <summary>Probability of the true class; null for a target between 0 and 1, which has none.</summary>
    public double? Pt => Target == 1 ? P : Target == 0 ? ProbabilityOf(-Logit) : null;

    public IReadOnlyList<LossFigure> Figures { get; }

    /// <summary>How many times focal loss is below cross entropy; null where it is 0 or too small to tell.</summary>
    public double? TimesBelow => this[CrossEntropyName] / this[Focal] is var times && double.IsFinite(times) ? times : null;

    private double this[string key] => Figures.First(figure => figure.Key == key).Loss;

    private LossFigure Of<TLoss>(string key, string title, TLoss loss) where TLoss : struct, IBinaryLoss =>
        new(key, title, loss.Value(Logit, Target), loss.Derivative(Logit, Target));

    private static double ProbabilityOf(double logit) => 1 / (1 + Math.Exp(-logit));
}
