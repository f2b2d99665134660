// Roles of the addresses that this page has read of.
import { KnownRoles } from '../model/roles';

export const knownRoles = new KnownRoles();
