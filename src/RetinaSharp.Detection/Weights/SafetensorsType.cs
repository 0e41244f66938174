namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Element types of a safetensors file; the names are the format's, but for BOOL. Ascending in the official writer's order, which lays
/// tensors down from the last type to the first so that each starts at a multiple of its element size.
/// </summary>
internal enum SafetensorsType
{
    Bool,
    U8,
    I8,
    I16,
    F16,
    BF16,
    I32,
    F32,
    F64,
    I64,
}
