namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A module that keeps tensors derived from its weights, such as folded or reordered ones.</summary>
public interface IWeightCache
{
    /// <summary>Drops what was derived from the weights, which have changed.</summary>
    void InvalidateCache();
}
