using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// A loss of one logit x against a target y in {0, 1}, a function of <c>x_t</c> alone, which is x where y = 1 and -x where
/// y = 0. A member of the family is a small struct of its parameters; <see cref="SigmoidLoss"/> runs all of them over
/// spans with one loop. The family is closed: a member brings vector code with it.
/// </summary>
public interface IBinaryLoss
{
    /// <summary>α: weight of the positives, in [0, 1]; negatives get <c>1 - α</c>. Null: both weigh 1.</summary>
    double? Alpha { get; }

    /// <summary>The loss and its derivative, both without α, in double.</summary>
    /// <param name="logit"><c>x_t</c>, any finite number.</param>
    /// <param name="value">The loss.</param>
    /// <param name="derivative">Its derivative by <c>x_t</c>.</param>
    void Evaluate(double logit, out double value, out double derivative);

    /// <summary>Value and derivative, without α, on lanes of <c>x_t</c>.</summary>
    internal void Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative) where TLanes : unmanaged, ILanes<TLanes>;
}
