namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A module that keeps tensors derived from its weights, such as folded or reordered ones.</summary>
public interface IWeightCache
{
    /// <summary>Drops the tensors derived from the weights. Call it after the weights change.</summary>
    void InvalidateCache();
}
