namespace RetinaSharp.Losses;

/// <summary>What every member of the family says of a logit and its target, in double: the reference for the vector code.</summary>
public static class BinaryLossExtensions
{
    /// <summary>The loss of <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, any finite number.</param>
    public static double Value<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out var value, out _);
        return value;
    }

    /// <summary>The derivative of the loss by <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, any finite number.</param>
    public static double Derivative<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out _, out var derivative);
        return derivative;
    }

    /// <summary>The loss <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>; a target between 0 and 1 is the chance of a positive.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">x, any finite number.</param>
    /// <param name="target">y in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is outside of [0, 1].</exception>
    public static double Value<TLoss>(this TLoss loss, double logit, double target) where TLoss : struct, IBinaryLoss
    {
        CheckTarget(target);
        return (target == 0 ? 0 : target * (loss.Alpha ?? 1) * loss.Value(logit))
            + (target == 1 ? 0 : (1 - target) * (1 - loss.Alpha ?? 1) * loss.Value(-logit));
    }

    /// <summary>The derivative of the loss by the logit.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit">x, any finite number.</param>
    /// <param name="target">y in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is outside of [0, 1].</exception>
    public static double Derivative<TLoss>(this TLoss loss, double logit, double target) where TLoss : struct, IBinaryLoss
    {
        CheckTarget(target);
        return (target == 0 ? 0 : target * (loss.Alpha ?? 1) * loss.Derivative(logit))
            - (target == 1 ? 0 : (1 - target) * (1 - loss.Alpha ?? 1) * loss.Derivative(-logit));
    }

    private static void CheckTarget(double target)
    {
        if (target is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "a target lies in [0, 1]");
    }
}
