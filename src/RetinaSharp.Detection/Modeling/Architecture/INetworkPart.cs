namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A replaceable part of a network: backbone, neck or head. It lists its tensors without allocating them and sets their initial values.</summary>
public interface INetworkPart
{
    /// <summary>Parameters and buffers, in the order of the state dictionary, under their full names such as <c>backbone.body.conv1.weight</c>.</summary>
    IEnumerable<TensorLayout> Tensors();

    /// <summary>Sets the initial values of the tensors.</summary>
    /// <param name="state">Holds the tensors, in fp32 on the CPU.</param>
    /// <param name="seed">Seed of the run. Equal seeds give equal values.</param>
    void Initialize(NetworkState state, long seed);
}
