namespace RetinaSharp.Torch.Native;

/// <summary>What an argument or a result of an operator is; the numbers of native/torch/shim.h.</summary>
internal enum Tag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    TensorList = 6,
    String = 7,
    DoubleList = 8,
    Device = 9,
}
