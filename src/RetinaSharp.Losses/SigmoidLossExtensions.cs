using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>Value and derivative of any sigmoid loss for one logit and target, in double precision: the reference for the vectorized code.</summary>
public static class SigmoidLossExtensions
{
    /// <summary>
    /// Computes the loss, with its α. For an <see cref="IBinaryLoss"/> it is <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>: a soft target y gives the
    /// expected loss.
    /// </summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">The logit x, finite.</param>
    /// <param name="target">The target y in [0, 1]; values between 0 and 1 are soft targets.</param>
    /// <param name="column">The class, for a loss with parameters per class.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in [0, 1], or the loss has parameters per class and no such class.</exception>
    public static double Value<TLoss>(this TLoss loss, double logit, double target, int column = 0) where TLoss : struct, ISigmoidLoss =>
        Evaluate(loss, logit, target, column).Value;

    /// <summary>Computes the derivative of the loss, with its α, with respect to the logit.</summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">The logit x, finite.</param>
    /// <param name="target">The target y in [0, 1]; values between 0 and 1 are soft targets.</param>
    /// <param name="column">The class, for a loss with parameters per class.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in [0, 1], or the loss has parameters per class and no such class.</exception>
    public static double Derivative<TLoss>(this TLoss loss, double logit, double target, int column = 0) where TLoss : struct, ISigmoidLoss =>
        Evaluate(loss, logit, target, column).Derivative;

    private static SingleLogit Evaluate<TLoss>(TLoss loss, double logit, double target, int column) where TLoss : struct, ISigmoidLoss
    {
        if (target is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "a target must be in [0, 1]");
        var visitor = new SingleLogit(logit, target, column);
        loss.Accept(ref visitor);
        return visitor;
    }

    private struct SingleLogit(double logit, double target, int column) : ILossVisitor
    {
        public double Value;
        public double Derivative;

        public void Visit<TKernel>(TKernel kernel) where TKernel : struct, ILossKernel
        {
            if (kernel.Classes > 0 && (uint)column >= (uint)kernel.Classes)
                throw new ArgumentOutOfRangeException(nameof(column), column, $"the loss has parameters of {kernel.Classes} classes");
            kernel.Evaluate(logit, target, new(kernel.Alpha, 1), column, out Value, out Derivative);
        }
    }
}
