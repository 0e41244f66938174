namespace RetinaSharp.Losses;

/// <summary>Value and derivative of any binary loss for one logit, in double precision: the reference for the vectorized code.</summary>
public static class BinaryLossExtensions
{
    /// <summary>Computes the loss of <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, finite.</param>
    public static double Value<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out var value, out _);
        return value;
    }

    /// <summary>Computes the derivative of the loss with respect to <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, finite.</param>
    public static double Derivative<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out _, out var derivative);
        return derivative;
    }

    /// <summary>Computes the loss <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>. A soft target y gives the expected loss.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">The logit x, finite.</param>
    /// <param name="target">The target y in [0, 1]; values between 0 and 1 are soft targets.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in [0, 1].</exception>
    public static double Value<TLoss>(this TLoss loss, double logit, double target) where TLoss : struct, IBinaryLoss
    {
        CheckTarget(target);
        return (target == 0 ? 0 : target * (loss.Alpha ?? 1) * loss.Value(logit))
            + (target == 1 ? 0 : (1 - target) * (1 - loss.Alpha ?? 1) * loss.Value(-logit));
    }

    /// <summary>Computes the derivative of the loss with respect to the logit.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">The logit x, finite.</param>
    /// <param name="target">The target y in [0, 1]; values between 0 and 1 are soft targets.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in [0, 1].</exception>
    public static double Derivative<TLoss>(this TLoss loss, double logit, double target) where TLoss : struct, IBinaryLoss
    {
        CheckTarget(target);
        return (target == 0 ? 0 : target * (loss.Alpha ?? 1) * loss.Derivative(logit))
            - (target == 1 ? 0 : (1 - target) * (1 - loss.Alpha ?? 1) * loss.Derivative(-logit));
    }

    private static void CheckTarget(double target)
    {
        if (target is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "a target must be in [0, 1]");
    }
}
