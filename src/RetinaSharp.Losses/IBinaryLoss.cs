using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// A binary loss of a logit x and a target y in {0, 1} that depends on <c>x_t</c> alone, which is x for y = 1 and -x for y = 0. A soft target
/// gives the expected loss. <see cref="SigmoidLoss"/> and <see cref="SoftmaxLoss"/> evaluate it over spans.
/// </summary>
public interface IBinaryLoss : ISigmoidLoss
{
    /// <summary>Weight α of the positives, in [0, 1]; negatives have weight <c>1 - α</c>. Null gives both weight 1.</summary>
    double? Alpha { get; }

    /// <summary>Computes the loss and its derivative, both without α, in double precision.</summary>
    /// <param name="logit"><c>x_t</c>, finite.</param>
    /// <param name="value">Receives the loss.</param>
    /// <param name="derivative">Receives the derivative with respect to <c>x_t</c>.</param>
    void Evaluate(double logit, out double value, out double derivative);

    /// <summary>The vectorized form: value and derivative, without α, for a vector of <c>x_t</c>.</summary>
    internal void Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative) where TLanes : unmanaged, ILanes<TLanes>;
}
