using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// What the loops call to evaluate a <see cref="ISigmoidLoss"/>. Derivatives are with respect to the logit. The index of a vector is the index
/// of its first logit, counted from the first logit of a row. A logit's result does not depend on which of the vectorized methods is called.
/// </summary>
internal interface ILossKernel
{
    /// <summary>Weight α of the positives, in [0, 1]; negatives have weight <c>1 - α</c>. Null gives both weight 1.</summary>
    double? Alpha { get; }

    /// <summary>
    /// Whether the loss is <c>y α L₊(x) + (1 - y) (1 - α) L₋(x)</c>. Otherwise it is not linear in the target, and has neither an α per class nor
    /// label smoothing.
    /// </summary>
    bool IsSeparable { get; }

    /// <summary>Number of classes, if the loss has parameters per class; otherwise 0.</summary>
    int Classes { get; }

    /// <summary>Evaluates one logit of class <paramref name="column"/> in double precision.</summary>
    void Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative);

    /// <summary>Evaluates a vector whose targets are all 0.</summary>
    void EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Evaluates a vector whose targets are 1 where the mask <paramref name="positive"/> is set, and 0 elsewhere.</summary>
    void EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Evaluates a vector of targets in [0, 1], or NaN.</summary>
    void EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>;
}
