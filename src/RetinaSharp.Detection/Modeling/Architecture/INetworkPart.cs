namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A replaceable part of a network: backbone, neck or head. It describes its tensors without allocating them, and sets their initial values.</summary>
public interface INetworkPart
{
    /// <summary>
    /// Lists the part's parameters and buffers in the order of the state dictionary, with full names such as <c>backbone.body.conv1.weight</c>.
    /// </summary>
    IEnumerable<TensorLayout> Tensors();

    /// <summary>Sets the part's tensors to their initial values.</summary>
    /// <param name="state">The tensors to write to, in fp32 on the CPU.</param>
    /// <param name="seed">Seed of the run. Equal seeds give equal values.</param>
    void Initialize(NetworkState state, long seed);
}
