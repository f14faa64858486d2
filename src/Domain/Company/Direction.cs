namespace CrmSync.Domain.Company;

public enum Direction
{
    Inbound,
    Outbound,
    Internal,
}
