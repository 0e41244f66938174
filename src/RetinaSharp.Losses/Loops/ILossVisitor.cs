namespace RetinaSharp.Losses.Loops;

/// <summary>Code that runs with the kernel of any loss.</summary>
internal interface ILossVisitor
{
    void Visit<TKernel>(TKernel kernel) where TKernel : struct, ILossKernel;
}
