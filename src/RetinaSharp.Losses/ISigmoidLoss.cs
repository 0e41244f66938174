using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// A loss of a logit x and a target y in [0, 1], which <see cref="SigmoidLoss"/> evaluates over spans. Implementations are small structs of
/// the loss's parameters. The interface cannot be implemented outside of this library, because an implementation needs vectorized code.
/// </summary>
public interface ISigmoidLoss
{
    /// <summary>Passes the code that evaluates the loss to a visitor, which the compiler specializes for it.</summary>
    internal void Accept<TVisitor>(ref TVisitor visitor) where TVisitor : struct, ILossVisitor, allows ref struct;
}
